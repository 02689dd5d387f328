//! The worker on a pipe: Arrow's stream format in and out, one output batch for each input batch.

use std::io::{self, BufReader, BufWriter, Cursor, Read, Write};

use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::ArrowError;

use super::columns::OutputColumns;
use super::dictionaries::{plain_batch, plain_schema};
use super::source::is_source;
use super::{Worker, WorkerCounts, WorkerError};

/// Buffer size in bytes.
const BUFFER: usize = 1 << 18;
/// The continuation marker at the start of each message.
const CONTINUATION: [u8; 4] = [0xff; 4];
/// Its length. That of a whole stream is a multiple of it, because messages are padded.
const MARKER: u64 = CONTINUATION.len() as u64;

/// Counts the bytes that are read.
struct Counted<R> {
    input: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

impl Worker {
    /// Reads batches from `input` until it ends, and writes each with its results to `output` before the next.
    ///
    /// # Errors
    /// Returns an error if the input is not an Arrow stream or locates no pictures, or the output cannot be written.
    pub fn run_stream(
        &self,
        mut input: impl Read + Send + 'static,
        output: impl Write,
    ) -> Result<WorkerCounts, WorkerError> {
        let wrong = |error: ArrowError| WorkerError::Stream(error.to_string());
        // Anything else would be interpreted as a message length, and that much memory allocated.
        let mut head = Vec::with_capacity(CONTINUATION.len());
        let read = (input.by_ref()).take(MARKER).read_to_end(&mut head);
        read.map_err(|error| WorkerError::Stream(error.to_string()))?;
        if !head.is_empty() && head != CONTINUATION {
            return Err(WorkerError::Stream(
                "it is not in Arrow's stream format".into(),
            ));
        }
        let buffered = BufReader::with_capacity(BUFFER, Cursor::new(head).chain(input));
        let counted = Counted {
            input: buffered,
            bytes: 0,
        };
        let mut reader = StreamReader::try_new(counted, None).map_err(wrong)?;
        let schema = plain_schema(&reader.schema(), is_source);
        let dim = self.model.info().dim;
        let columns = OutputColumns::new(&schema, dim, &self.labels.names, self.identity.clone())?;
        let label_scorer = self.label_scorer()?;
        let output = BufWriter::with_capacity(BUFFER, output);
        let writer = StreamWriter::try_new(output, columns.schema());
        let mut writer = writer.map_err(WorkerError::output)?;
        // The client may wait for the schema before it sends the first batch.
        writer.flush().map_err(WorkerError::output)?;
        let batches = std::iter::from_fn(move || match reader.next() {
            Some(batch) => {
                let plain = batch.and_then(|batch| plain_batch(&schema, &batch));
                Some(plain.map_err(wrong))
            }
            // The reader takes an end within the marker of a message for the end of the stream.
            None if !reader.get_ref().bytes.is_multiple_of(MARKER) => {
                Some(Err(WorkerError::Stream("it is damaged".into())))
            }
            None => None,
        });
        let counts = self.run(
            Box::new(batches),
            &columns,
            label_scorer.as_ref(),
            |batch| {
                writer.write(batch).map_err(WorkerError::output)?;
                writer.flush().map_err(WorkerError::output)
            },
        )?;
        writer.finish().map_err(WorkerError::output)?;
        Ok(counts)
    }
}
