// Builds and searches one index of a library from npm. A command is a line of JSON,
// an answer a line of words:
//
//   {"do":"load","base":FILE,"queries":FILE,"dimensions":D,"metric":"cosine"|"l2"}   -> ok
//   {"do":"build","threads":1|2}    -> ok CPU_SECONDS WALL_SECONDS DISK_BYTES MEMORY_BYTES
//   {"do":"search","ef":N,"k":K}    -> ok CPU_SECONDS WALL_SECONDS 5,17,3;8,1,4;...
//
// A search answers with the rows found for each query. A failure is answered by the word "error"
// and a text. Vectors are little-endian float32. CPU is the
// process's.
// Arguments: the folder with node_modules, the library's name, a scratch file.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

const [folder, library, scratch] = process.argv.slice(2);
const require = createRequire(path.join(folder, 'package.json'));
const M = 16;
const EF_CONSTRUCTION = 128;

function read(file, dimensions) {
  const bytes = fs.readFileSync(file);
  const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return Array.from({ length: all.length / dimensions }, (_, row) =>
    all.subarray(row * dimensions, (row + 1) * dimensions));
}

/** Number arrays are what hnswlib-node takes; they are made before the clock starts. */
class Hnswlib {
  constructor({ base, queries, dimensions, metric }) {
    const { HierarchicalNSW } = require('hnswlib-node');
    // Vectors compared by cosine have length 1: their inner product is the cosine.
    this.create = () => new HierarchicalNSW(metric === 'cosine' ? 'ip' : 'l2', dimensions);
    this.base = base;
    this.queries = queries.map((query) => Array.from(query));
  }

  build() {
    this.index = this.create();
    this.index.initIndex(this.base.length, M, EF_CONSTRUCTION, 42);
    for (let row = 0; row < this.base.length; row++) {
      this.index.addPoint(Array.from(this.base[row]), row);
    }
  }

  save() {
    this.index.writeIndexSync(scratch);
  }

  ready(ef) {
    this.index.setEf(ef);
  }

  search(query, k) {
    return this.index.searchKnn(this.queries[query], k).neighbors;
  }
}

class Usearch {
  constructor({ base, queries, dimensions, metric }, quantization) {
    const { Index } = require('usearch');
    this.create = (ef) =>
      new Index({
        dimensions: dimensions,
        metric: metric === 'cosine' ? 'ip' : 'l2sq',
        quantization,
        connectivity: M,
        expansion_add: EF_CONSTRUCTION,
        expansion_search: ef,
        multi: false,
      });
    this.base = base;
    this.queries = queries;
    this.dimensions = dimensions;
  }

  build(threads) {
    this.index = this.create(64);
    const step = 10000;
    for (let from = 0; from < this.base.length; from += step) {
      const rows = this.base.slice(from, from + step);
      const flat = new Float32Array(rows.length * this.dimensions);
      rows.forEach((row, i) => flat.set(row, i * this.dimensions));
      const keys = BigUint64Array.from(rows, (_, i) => BigInt(from + i));
      this.index.add(keys, flat, threads);
    }
  }

  save() {
    this.index.save(scratch);
  }

  /** The width of a search belongs to the index object: another width needs another object. */
  ready(ef) {
    this.index = this.create(ef);
    this.index.load(scratch);
    this.queries.slice(0, 100).forEach((_, query) => this.search(query, 10));
  }

  search(query, k) {
    return Array.from(this.index.search(this.queries[query], k, 1).keys, Number);
  }
}

/** Compares all rows. */
class SqliteVec {
  constructor({ base, queries, dimensions, metric }) {
    const Database = require('better-sqlite3');
    this.create = () => {
      const db = new Database(scratch);
      require('sqlite-vec').load(db);
      db.pragma('journal_mode = wal');
      db.exec(`CREATE VIRTUAL TABLE t USING vec0(id INTEGER PRIMARY KEY,
        embedding FLOAT[${dimensions}] distance_metric=${metric === 'cosine' ? 'cosine' : 'L2'})`);
      return db;
    };
    this.base = base;
    this.queries = queries.slice(0, 100);
  }

  build() {
    fs.rmSync(scratch, { force: true });
    this.db = this.create();
    const insert = this.db.prepare('INSERT INTO t(id, embedding) VALUES (?, ?)');
    const all = this.db.transaction(() =>
      this.base.forEach((row, i) => insert.run(BigInt(i), this.bytes(row))));
    all();
    this.query = this.db.prepare('SELECT id FROM t WHERE embedding MATCH ? AND k = ?').pluck();
  }

  bytes(row) {
    return Buffer.from(row.buffer, row.byteOffset, row.byteLength);
  }

  save() {
    this.db.pragma('wal_checkpoint(truncate)');
  }

  ready() {}

  search(query, k) {
    return this.query.all(this.bytes(this.queries[query]), k);
  }
}

const LIBRARIES = {
  hnswlib: (data) => new Hnswlib(data),
  'usearch-f32': (data) => new Usearch(data, 'f32'),
  'usearch-i8': (data) => new Usearch(data, 'i8'),
  'sqlite-vec': (data) => new SqliteVec(data),
};

function timed(work) {
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  const result = work();
  const used = process.cpuUsage(cpu);
  return {
    result,
    cpu: (used.user + used.system) / 1e6,
    wall: Number(process.hrtime.bigint() - wall) / 1e9,
  };
}

let index;

function load(command) {
  const base = read(command.base, command.dimensions);
  const queries = read(command.queries, command.dimensions);
  index = LIBRARIES[library]({ ...command, base, queries });
  return 'ok';
}

function build(command) {
  const before = process.memoryUsage().rss;
  const { cpu, wall } = timed(() => index.build(command.threads));
  const memory = process.memoryUsage().rss - before;
  index.save();
  return `ok ${cpu} ${wall} ${fs.statSync(scratch).size} ${memory}`;
}

function search(command) {
  index.ready(command.ef);
  const { result, cpu, wall } = timed(() =>
    index.queries.map((_, query) => index.search(query, command.k)));
  return `ok ${cpu} ${wall} ${result.map((rows) => rows.join(',')).join(';')}`;
}

const ANSWERS = { load, build, search };

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const command = JSON.parse(line);
    answer = ANSWERS[command.do](command);
  } catch (error) {
    answer = `error ${String(error?.message ?? error).replaceAll('\n', ' ')}`;
  }
  process.stdout.write(answer + '\n');
}
