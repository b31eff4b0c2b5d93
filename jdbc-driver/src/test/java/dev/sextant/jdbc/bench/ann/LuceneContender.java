package dev.sextant.jdbc.bench.ann;

import dev.sextant.jdbc.bench.Timing;
import dev.sextant.storage.vector.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.MMapDirectory;
import org.jspecify.annotations.Nullable;

/**
 * Lucene's HNSW: over float32, or over int8 codes with the candidates ranked by float32 at the end.
 * One thread makes one segment, so that a document's number is its row's.
 */
final class LuceneContender implements Contender {
  private static final int M = 16;
  private static final int BEAM = 128;

  private final Dataset data;
  private final Path folder;
  private final boolean int8;
  private final VectorSimilarityFunction similarity;
  private @Nullable MMapDirectory directory;
  private @Nullable DirectoryReader reader;
  private @Nullable IndexSearcher searcher;

  LuceneContender(Dataset data, Path folder, boolean int8) {
    this.data = data;
    this.folder = folder;
    this.int8 = int8;
    this.similarity =
        data.metric() == Metric.COSINE
            ? VectorSimilarityFunction.DOT_PRODUCT
            : VectorSimilarityFunction.EUCLIDEAN;
  }

  @Override
  public String name() {
    return int8 ? "Lucene int8" : "Lucene float";
  }

  @Override
  public String settings() {
    String graph = "m=16, beam=128, one segment (two threads: two), ef = the k asked for";
    return int8 ? graph + ", ranked by float32" : graph;
  }

  @Override
  public Build build(int threads) throws Exception {
    close();
    KnnVectorsFormat format =
        int8
            ? new Lucene104HnswScalarQuantizedVectorsFormat(M, BEAM)
            : new Lucene99HnswVectorsFormat(M, BEAM);
    IndexWriterConfig config = new IndexWriterConfig();
    config.setRAMBufferSizeMB(1900).setMergePolicy(NoMergePolicy.INSTANCE);
    config.setUseCompoundFile(false);
    config.setCodec(
        new Lucene104Codec() {
          @Override
          public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return format;
          }
        });
    MMapDirectory files = new MMapDirectory(folder);
    directory = files;
    Timing timing = Timing.ofProcess();
    try (IndexWriter writer = new IndexWriter(files, config)) {
      add(writer, threads);
      writer.commit();
    }
    double cpu = timing.cpuSeconds();
    double wall = timing.wallSeconds();
    reader = DirectoryReader.open(files);
    searcher = new IndexSearcher(reader);
    searcher.setQueryCache(null);
    long bytes = 0;
    for (String file : files.listAll()) {
      bytes += files.fileLength(file);
    }
    return new Build(cpu, wall, bytes, 0, bytes);
  }

  private void add(IndexWriter writer, int threads) throws Exception {
    if (threads == 1) {
      add(writer, 0, data.base().length);
      return;
    }
    List<Future<?>> parts = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        int from = (int) ((long) data.base().length * t / threads);
        int to = (int) ((long) data.base().length * (t + 1) / threads);
        parts.add(
            pool.submit(
                () -> {
                  add(writer, from, to);
                  return null;
                }));
      }
      for (Future<?> part : parts) {
        part.get();
      }
    }
  }

  private void add(IndexWriter writer, int from, int to) throws IOException {
    for (int row = from; row < to; row++) {
      Document document = new Document();
      document.add(new KnnFloatVectorField("v", data.base()[row], similarity));
      writer.addDocument(document);
    }
  }

  @Override
  public Found search(int ef) throws Exception {
    IndexSearcher opened = Objects.requireNonNull(searcher);
    return Contender.pass(data.queries(), query -> find(opened, query, ef));
  }

  private int[] find(IndexSearcher opened, float[] query, int ef) throws IOException {
    ScoreDoc[] docs = opened.search(new KnnFloatVectorQuery("v", query, ef), ef).scoreDocs;
    if (int8) {
      for (ScoreDoc doc : docs) {
        doc.score = similarity.compare(query, data.base()[doc.doc]);
      }
      Arrays.sort(docs, (a, b) -> Float.compare(b.score, a.score));
    }
    int[] found = new int[Math.min(K, docs.length)];
    for (int i = 0; i < found.length; i++) {
      found[i] = docs[i].doc;
    }
    return found;
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
      reader = null;
    }
    MMapDirectory files = directory;
    if (files != null) {
      for (String file : files.listAll()) {
        files.deleteFile(file);
      }
      files.close();
      directory = null;
    }
    WorkFolder.delete(folder);
  }
}
