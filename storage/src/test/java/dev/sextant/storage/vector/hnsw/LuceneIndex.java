package dev.sextant.storage.vector.hnsw;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.VectorUtil;

/** Lucene's HNSW, one segment; its int8 form rescored by float32. */
final class LuceneIndex implements AnnIndex {
  private static final int M = 16;
  private static final int BEAM = 128;

  private final float[][] rows;
  private final boolean rescored;
  private final Path folder;
  private final Directory directory;
  private final DirectoryReader reader;
  private final IndexSearcher searcher;

  LuceneIndex(float[][] rows, boolean quantized) {
    this.rows = rows;
    this.rescored = quantized;
    KnnVectorsFormat format =
        quantized
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
    try {
      folder = Files.createTempDirectory("ann-lucene");
      directory = new MMapDirectory(folder);
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (float[] row : rows) {
          Document document = new Document();
          document.add(new KnnFloatVectorField("v", row, VectorSimilarityFunction.DOT_PRODUCT));
          writer.addDocument(document);
        }
        writer.commit();
      }
      reader = DirectoryReader.open(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    searcher = new IndexSearcher(reader);
    searcher.setQueryCache(null);
  }

  @Override
  public int[] search(float[] query, int ef) {
    try {
      ScoreDoc[] docs = searcher.search(new KnnFloatVectorQuery("v", query, ef), ef).scoreDocs;
      if (rescored) {
        for (ScoreDoc doc : docs) {
          doc.score = VectorUtil.dotProduct(query, rows[doc.doc]);
        }
        Arrays.sort(docs, (a, b) -> Float.compare(b.score, a.score));
      }
      int[] found = new int[Math.min(AnnBench.K, docs.length)];
      for (int i = 0; i < found.length; i++) {
        found[i] = docs[i].doc;
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long bytes() {
    try {
      long bytes = 0;
      for (String file : directory.listAll()) {
        bytes += directory.fileLength(file);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      reader.close();
      for (String file : directory.listAll()) {
        directory.deleteFile(file);
      }
      directory.close();
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
