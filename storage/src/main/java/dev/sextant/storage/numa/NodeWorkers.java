package dev.sextant.storage.numa;

import dev.sextant.storage.StorageException;
import dev.sextant.storage.StorageException.Kind;
import dev.sextant.storage.numa.topology.IdSet;
import dev.sextant.storage.numa.topology.Topology;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * One lock guards all queues: tasks are pieces of scans and builds, of milliseconds and more, so
 * that nobody waits for it. A worker without work waits on a condition of its own and uses no CPU.
 * Who adds a task wakes one worker of its node, or else one of the nearest node whose workers may
 * steal it; `idle` holds those that wait and have not been woken, so no wake-up is lost on one that
 * is awake already.
 *
 * Who asks for results runs what no worker has begun yet. So a scan never waits behind a long
 * build, and a worker that asks for results cannot wait for itself.
 */
/**
 * Threads on the CPUs of each node, as many as this process may use of them; they start with the
 * first task. Safe for many threads.
 */
public final class NodeWorkers implements AutoCloseable {
  /** Workers of one node. */
  public static final int MOST_PER_NODE = 64;

  /** Whose tasks a worker takes that has none of its own node. */
  public enum Steal {
    /** Nobody's. */
    NONE,
    /** Those of the nearest node that has some. */
    DISTANCE,
    /** Those of any node, in the order of their numbers. */
    ANY
  }

  private final NumaMachine machine;
  private final Supplier<Steal> steal;
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<Integer, Pool> pools = new TreeMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private boolean started;
  private boolean closed;

  private static final class Pool {
    private final int node;
    private final IdSet cpus;
    private final List<Integer> nearest;
    private final Deque<FutureTask<?>> queue = new ArrayDeque<>();
    private final Deque<Worker> idle = new ArrayDeque<>();
    private final List<Worker> workers = new ArrayList<>();
    private long local;
    private long stolen;
    private long helped;

    Pool(int node, IdSet cpus, List<Integer> nearest) {
      this.node = node;
      this.cpus = cpus;
      this.nearest = nearest;
    }
  }

  private static final class Worker {
    private final String name;
    private final Pool pool;
    private final Condition woken;
    private boolean awake = true;
    private long thread = -1;
    private long local;
    private long stolen;
    private Evidence evidence = new Evidence.None(0, "not started");

    Worker(String name, Pool pool, Condition woken) {
      this.name = name;
      this.pool = pool;
      this.woken = woken;
    }
  }

  /**
   * The tasks of a node so far.
   *
   * @param local run by its own workers
   * @param stolen run by workers of other nodes
   * @param helped run by the thread that wanted the result
   */
  public record PoolReport(
      int node, IdSet cpus, int workers, int queued, long local, long stolen, long helped) {}

  /**
   * A worker.
   *
   * @param thread its number, -1 if unknown
   * @param local tasks of its own node
   * @param stolen tasks of others
   * @param evidence of its CPUs
   */
  public record WorkerReport(
      String name, int node, long thread, long local, long stolen, Evidence evidence) {}

  /**
   * Something to be done on a node.
   *
   * @param node without workers, the first that has some stands in
   */
  public record Piece<T>(int node, Callable<T> work) {}

  /** Workers that have not started. */
  public NodeWorkers(NumaMachine machine, Supplier<Steal> steal) {
    this.machine = machine;
    this.steal = steal;
  }

  /** The nodes that have CPUs which this process may use; with one only there is no point. */
  public IdSet nodes() {
    Topology topology = machine.topology();
    return topology.withCpus().intersect(topology.nodesOf(topology.limits().cpus()));
  }

  /**
   * Does some work and gives the results in their order.
   *
   * @throws StorageException {@code CLOSED} after {@link #close}, {@code INTERRUPTED} where the
   *     calling thread was interrupted; else the first failure
   */
  public <T> List<T> run(List<Piece<T>> pieces) {
    List<Pending<T>> pending = new ArrayList<>();
    for (Piece<T> piece : pieces) {
      pending.add(begin(piece));
    }
    List<T> results = new ArrayList<>();
    boolean complete = false;
    try {
      for (Pending<T> each : pending.reversed()) {
        each.help();
      }
      for (Pending<T> each : pending) {
        results.add(each.await());
      }
      complete = true;
      return results;
    } finally {
      if (!complete) {
        pending.forEach(each -> each.task.cancel(false));
      }
    }
  }

  /** Work that somebody will do. */
  public final class Pending<T> {
    private final FutureTask<T> task;
    private final Pool pool;

    private Pending(FutureTask<T> task, Pool pool) {
      this.task = task;
      this.pool = pool;
    }

    /** Does it on the calling thread, if no worker has begun it. */
    void help() {
      boolean mine;
      lock.lock();
      try {
        mine = pool.queue.remove(task);
        pool.helped += mine ? 1 : 0;
      } finally {
        lock.unlock();
      }
      if (mine) {
        task.run();
      }
    }

    /** Helps, then waits for the end, whatever it is. */
    public void end() throws InterruptedException {
      help();
      try {
        task.get();
      } catch (ExecutionException | CancellationException told) {
        return; // The work tells of its failures by itself.
      }
    }

    /** Helps, then waits for the result; as {@link NodeWorkers#run}. */
    public T await() {
      help();
      try {
        return task.get();
      } catch (ExecutionException failed) {
        switch (failed.getCause()) {
          case RuntimeException known -> throw known;
          case Error fatal -> throw fatal;
          case null, default -> throw new IllegalStateException(failed.getCause());
        }
      } catch (CancellationException cancelled) {
        throw closedFailure(cancelled);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new StorageException(
            Kind.INTERRUPTED, "The thread was interrupted while workers were busy.", interrupted);
      }
    }
  }

  private static StorageException closedFailure(@Nullable Throwable cause) {
    return new StorageException(
        Kind.CLOSED, "The workers of the nodes are closed: the database is.", cause);
  }

  /** Has some work done on a node. */
  public <T> Pending<T> begin(Piece<T> piece) {
    FutureTask<T> task = new FutureTask<>(piece.work());
    lock.lock();
    try {
      if (closed) {
        throw closedFailure(null);
      }
      start();
      Pool pool = pools.get(piece.node());
      if (pool == null) {
        pool = pools.firstEntry().getValue();
      }
      pool.queue.addLast(task);
      wakeFor(pool);
      return new Pending<>(task, pool);
    } finally {
      lock.unlock();
    }
  }

  private void start() {
    if (started) {
      return;
    }
    started = true;
    Topology topology = machine.topology();
    StealOrders orders = new StealOrders(topology);
    for (int node : nodes().toList()) {
      IdSet cpus = topology.node(node).orElseThrow().cpus().intersect(topology.limits().cpus());
      pools.put(node, new Pool(node, cpus, orders.order(node)));
    }
    if (pools.isEmpty()) {
      pools.put(0, new Pool(0, topology.limits().cpus(), List.of()));
    }
    for (Pool pool : pools.values()) {
      for (int i = 0; i < Math.clamp(pool.cpus.size(), 1, MOST_PER_NODE); i++) {
        String name = "sextant-node-" + pool.node + "-" + i;
        Worker worker = new Worker(name, pool, lock.newCondition());
        pool.workers.add(worker);
        threads.add(Thread.ofPlatform().daemon().name(name).start(() -> work(worker)));
      }
    }
  }

  /** The nodes whose workers may take a node's tasks, or whose tasks its workers take. */
  private List<Integer> others(Pool pool) {
    return switch (steal.get()) {
      case NONE -> List.of();
      case DISTANCE -> pool.nearest;
      case ANY -> pools.keySet().stream().filter(node -> node != pool.node).toList();
    };
  }

  private void wakeFor(Pool pool) {
    Worker worker = pool.idle.poll();
    if (worker == null) {
      for (int node : others(pool)) {
        Pool other = pools.get(node);
        worker = worker != null || other == null ? worker : other.idle.poll();
      }
    }
    if (worker != null) {
      wake(worker);
    }
  }

  private static void wake(Worker worker) {
    worker.awake = true;
    worker.woken.signal();
  }

  private void work(Worker worker) {
    if (worker.pool.cpus.isEmpty()) {
      tasks(worker);
      return;
    }
    try (Pin pin = Pin.current(machine.kernel(), worker.pool.cpus, Enforcement.SOFT)) {
      lock.lock();
      try {
        worker.evidence = pin.evidence();
        worker.thread = machine.kernel().threadId().value();
      } finally {
        lock.unlock();
      }
      tasks(worker);
    }
  }

  private void tasks(Worker worker) {
    for (FutureTask<?> task = next(worker); task != null; task = next(worker)) {
      task.run();
    }
  }

  /** The next task, waited for; null when all is over. */
  private @Nullable FutureTask<?> next(Worker worker) {
    lock.lock();
    try {
      while (true) {
        FutureTask<?> task = worker.pool.queue.poll();
        if (task != null) {
          worker.pool.local++;
          worker.local++;
          return task;
        }
        for (int node : others(worker.pool)) {
          Pool victim = pools.get(node);
          task = victim == null ? null : victim.queue.poll();
          if (victim != null && task != null) {
            victim.stolen++;
            worker.stolen++;
            return task;
          }
        }
        if (closed) {
          return null;
        }
        worker.awake = false;
        worker.pool.idle.add(worker);
        while (!worker.awake) {
          worker.woken.awaitUninterruptibly();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** The pools; none before the first task. */
  public List<PoolReport> pools() {
    lock.lock();
    try {
      List<PoolReport> report = new ArrayList<>();
      for (Pool pool : pools.values()) {
        report.add(
            new PoolReport(
                pool.node,
                pool.cpus,
                pool.workers.size(),
                pool.queue.size(),
                pool.local,
                pool.stolen,
                pool.helped));
      }
      return report;
    } finally {
      lock.unlock();
    }
  }

  /** The workers; none before the first task. */
  public List<WorkerReport> workers() {
    lock.lock();
    try {
      List<WorkerReport> report = new ArrayList<>();
      for (Pool pool : pools.values()) {
        for (Worker worker : pool.workers) {
          report.add(
              new WorkerReport(
                  worker.name,
                  pool.node,
                  worker.thread,
                  worker.local,
                  worker.stolen,
                  worker.evidence));
        }
      }
      return report;
    } finally {
      lock.unlock();
    }
  }

  /** Ends all workers and waits for them; tasks that nobody has begun are cancelled. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      for (Pool pool : pools.values()) {
        pool.queue.forEach((Future<?> task) -> task.cancel(false));
        pool.queue.clear();
        pool.idle.clear();
        pool.workers.forEach(NodeWorkers::wake);
      }
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException again) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
