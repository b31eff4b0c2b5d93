package dev.sextant.udf.worker;

import dev.sextant.udf.Column;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.ValueType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.Script;

/** Answers requests by running scripts. For one thread. */
final class ScriptService {
  private static final int SCRIPTS = 16;

  /** Touches what scripts may come to use, most of all what is loaded at its first use. */
  private static final String WARM_UP =
      """
      function warm(i, r, t, b, x, v) {
        var m = new Map([[1, t]]), s = new Set([i, 2n]);
        var o = JSON.parse(JSON.stringify({a: [1, r, null], t: t.normalize('NFC')}));
        o.t = t.replace(/(\\w+)-?/gu, (all, w) => w.toUpperCase());
        o.t = o.t.split(/,/).concat(['z']).sort().join();
        for (var n of [1, 2, 3].map(y => y * 1.5)) { o.n = n.toFixed(2) + `${i}`; }
        try { undefinedName; } catch (e) { o.e = String(e); }
        try { null.x; } catch (e) { o.f = e.stack; }
        try { (void 0)(); } catch (e) { o.g = e.message; }
        var g = (function* () { yield* [1]; })().next().value + parseFloat('1.5') + eval('2');
        new Promise(function (done) { done(1); }).then(function (y) { o.p = y; });
        return m.size + s.size + Math.sqrt(Math.abs(g)) + x.length + v.length + o.t.length
            + Number(b) + Object.keys(o).length + Symbol('y').toString().length
            + new Proxy(o, {}).a.length + Reflect.ownKeys(o).length
            + encodeURIComponent(t).localeCompare(t);
      }""";

  private final ScriptSandbox sandbox = new ScriptSandbox();
  private final Map<Integer, ScriptFunction> functions = new HashMap<>();
  private final FrameOutput out = new FrameOutput();
  private final Map<String, Script> scripts =
      new LinkedHashMap<>(SCRIPTS, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Script> eldest) {
          return size() > SCRIPTS;
        }
      };

  ScriptService() {}

  /** Loads all classes of the engine, and runs it once for each thing it can do. */
  void warmUp() {
    EngineClasses.load();
    Task task =
        new Task(
            "warm",
            List.of(ValueType.values()),
            ValueType.REAL,
            WARM_UP,
            false,
            false,
            1_000_000,
            1000);
    for (ValueType type : ValueType.values()) {
      Task other =
          new Task(
              "warm",
              List.of(type),
              type,
              "function warm(x) { return x; }",
              true,
              type == ValueType.TEXT,
              1_000_000,
              1000);
      rehearse(other);
    }
    rehearse(task);
    rehearse(failing("function warm() { while (true) {} }"));
    rehearse(failing("function warm() { return warm() + 1; }"));
    rehearse(failing("function warm() { throw {}; }"));
    rehearse(failing("function warm() { return new Date() + Math.random(); }"));
    rehearse(failing("function warm( {"));
    scripts.clear();
    functions.clear();
  }

  private static Task failing(String source) {
    return new Task("warm", List.of(), ValueType.REAL, source, false, false, 100_000, 1000);
  }

  private void rehearse(Task task) {
    FrameOutput request = new FrameOutput().start(Frame.OPEN, 1).putInt(0);
    task.write(request);
    request.end();
    reply(request);
    request.start(Frame.CALL, 2).putInt(0).putInt(1);
    for (ValueType type : task.parameters()) {
      Column column = new Column(type);
      switch (type) {
        case INTEGER, BOOLEAN -> column.addLong(1);
        case REAL -> column.addDouble(1.5);
        case TEXT -> column.addText("a-b,\u00e4");
        case BLOB, VECTOR -> column.addBytes(new byte[8], 0, 8);
      }
      request.putColumn(column, 1);
    }
    request.end();
    reply(request);
    request.start(Frame.CLOSE, 3).putInt(0).end();
    reply(request);
  }

  private void reply(FrameOutput request) {
    FrameInput.Header header = FrameInput.Header.read(request.bytes(), Frame.MAX_BYTES);
    int end = Frame.HEADER_BYTES + header.length();
    byte[] payload = Arrays.copyOfRange(request.bytes(), Frame.HEADER_BYTES, end);
    FrameOutput ignored = reply(header, new FrameInput(payload, payload.length));
    if (ignored.size() < Frame.HEADER_BYTES) {
      throw new FrameException("a reply without a header");
    }
  }

  /** The first reply, with the number of the filter's listener, or -1. */
  FrameOutput ready(int sequence, int listener) {
    out.start(Frame.READY, sequence).putInt(listener).end();
    return out;
  }

  /** The reply to a request; valid until the next. */
  FrameOutput reply(FrameInput.Header header, FrameInput request) {
    try {
      switch (header.type()) {
        case Frame.OPEN -> open(request);
        case Frame.CALL -> {
          Column result = call(request);
          out.start(Frame.RESULT, header.sequence()).putLong(sandbox.used());
          out.putColumn(result, result.size()).end();
          return out;
        }
        case Frame.CLOSE -> functions.remove(request.getInt());
        default -> throw new FrameException("a request of type " + header.type());
      }
      out.start(Frame.DONE, header.sequence()).putLong(sandbox.used()).end();
    } catch (ScriptFailure failure) {
      fail(header, failure.failure(), String.valueOf(failure.getMessage()));
    }
    return out;
  }

  private void open(FrameInput request) {
    int number = request.getInt();
    Task task = Task.read(request);
    try (Context context = sandbox.enterContext()) {
      Script script = scripts.get(task.source());
      if (script == null) {
        script = ScriptFunction.compile(context, task);
        scripts.put(task.source(), script);
      }
      functions.put(number, new ScriptFunction(sandbox, context, task, script));
    }
  }

  private Column call(FrameInput request) {
    ScriptFunction function = functions.get(request.getInt());
    if (function == null) {
      throw new ScriptFailure(Failure.WORKER, "the worker does not know the function");
    }
    int rows = request.getInt();
    for (Column argument : function.arguments()) {
      request.getColumn(argument, rows);
    }
    return function.call(rows);
  }

  private void fail(FrameInput.Header header, Failure failure, String message) {
    byte[] text = message.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(text.length, Frame.MAX_MESSAGE_BYTES);
    // Not in the middle of a character.
    while (length < text.length && length > 0 && (text[length] & 0xc0) == 0x80) {
      length--;
    }
    out.start(Frame.FAILED, header.sequence()).putByte(Frame.code(failure)).putLong(sandbox.used());
    out.putBytes(Arrays.copyOf(text, length)).end();
  }
}
