//! Frames of videos that only ffmpeg can read, if it is installed.
//!
//! ffmpeg is started with an argument list, and restricted to local files and one container format, so that neither
//! file name nor content can make it open anything else. Time, memory and output are limited.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};

use super::choose::MAX_FRAMES;
use super::error::VideoError;
use super::facts::MAX_DURATION_MS;
use crate::engine::cancel::Cancel;
use crate::engine::media::dates;
use crate::engine::media::decode::{self, Pixels};
use crate::engine::media::photo::Taken;
use crate::engine::sanitize::printable;

/// Timeout of one call, and of all calls for one video.
const CALL_TIME: Duration = Duration::from_secs(20);
const VIDEO_TIME: Duration = Duration::from_secs(90);
/// Polling interval for exit and cancellation.
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// Maximum size of a frame, and of the diagnostic output.
const MAX_FRAME: u64 = 64 << 20;
const MAX_WORDS: u64 = 256 << 10;
/// Limit of the process's address space, if the system supports it, and of a single allocation.
#[cfg(target_os = "linux")]
const MAX_MEMORY: u64 = 4 << 30;
const MAX_ALLOCATION: u64 = 512 << 20;
/// Time of the first frame, if the video is longer.
const START_MS: u64 = 500;

/// The path of ffmpeg, if it is in PATH.
pub fn find() -> Option<PathBuf> {
    let name = format!("ffmpeg{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&name))
        .find(|program| program.is_file())
}

/// A video that ffmpeg can read.
pub struct External {
    program: PathBuf,
    /// The argument for `-i`.
    input: OsString,
    format: &'static str,
    pub duration_ms: u64,
    pub taken: Option<Taken>,
    deadline: Instant,
}

impl External {
    /// Probes a file with ffmpeg.
    ///
    /// # Errors
    /// Returns an error if there is no video stream.
    pub fn open(
        program: PathBuf,
        path: &Path,
        format: &'static str,
        cancel: &Cancel,
    ) -> Result<Self, VideoError> {
        // The protocol prefix prevents names from being parsed as options, URLs or patterns.
        let mut input = OsString::from("file:");
        input.push(std::path::absolute(path)?);
        let mut external = Self {
            program,
            input,
            format,
            duration_ms: 0,
            taken: None,
            deadline: Instant::now() + VIDEO_TIME,
        };
        // Without an output file ffmpeg describes the input and exits with an error.
        let output = external.call(&[], &[], cancel)?.words;
        if !output
            .lines()
            .any(|line| line.contains("Stream #") && line.contains("Video:"))
        {
            return Err(match output.contains("Stream #") {
                true => VideoError::NoPicture,
                false => VideoError::Ffmpeg(last_line(&output)),
            });
        }
        external.duration_ms = after(&output, "Duration: ")
            .and_then(clock_ms)
            .unwrap_or_default();
        external.taken = after(&output, "creation_time")
            .and_then(|rest| dates::parse(rest.trim_start_matches([' ', ':'])));
        Ok(external)
    }

    /// Times of the frames to extract, in milliseconds.
    pub fn times_ms(&self) -> Vec<u64> {
        if self.duration_ms <= START_MS {
            return vec![0];
        }
        let span = self.duration_ms - START_MS;
        let time = |number: u64| START_MS + span * number / MAX_FRAMES as u64;
        (0..MAX_FRAMES as u64).map(time).collect()
    }

    /// The key frame at or before a time, upright and with square pixels, and its actual time.
    ///
    /// # Errors
    /// Returns an error if there is no frame, or if ffmpeg fails or times out.
    pub fn frame(
        &self,
        time_ms: u64,
        min_short_side: u32,
        cancel: &Cancel,
    ) -> Result<(u64, Pixels), VideoError> {
        let seek = format!("{}.{:03}", time_ms / 1000, time_ms % 1000);
        let side = min_short_side.max(16);
        let shrink = format!("min(1\\,{side}/min(iw\\,ih))");
        let filter = format!(
            "showinfo,scale=w=max(1\\,iw*sar):h=ih,setsar=1,scale=w=max(1\\,iw*{shrink}):h=max(1\\,ih*{shrink})"
        );
        let before = [
            "-noaccurate_seek",
            "-copyts",
            "-skip_frame",
            "nokey",
            "-ss",
            &seek,
        ];
        let after = [
            "-map",
            "0:v:0",
            "-frames:v",
            "1",
            "-an",
            "-sn",
            "-dn",
            "-vf",
            &filter,
            "-f",
            "image2pipe",
            "-c:v",
            "ppm",
            "pipe:1",
        ];
        let output = self.call(&before, &after, cancel)?;
        if output.bytes.is_empty() {
            return Err(match output.good {
                true => VideoError::NoPicture,
                false => VideoError::Ffmpeg(last_line(&output.words)),
            });
        }
        let decoded = decode::decode(&output.bytes, 1, cancel);
        let decoded = decoded.map_err(|error| VideoError::Ffmpeg(error.to_string()))?;
        let own = after_last(&output.words, "pts_time:");
        let own = own.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
        let own = own
            .filter(|seconds| *seconds >= 0.0)
            .map(|seconds| (seconds * 1000.0) as u64);
        Ok((own.unwrap_or(time_ms), decoded.pixels))
    }

    fn call(&self, before: &[&str], after: &[&str], cancel: &Cancel) -> Result<Output, VideoError> {
        let max_allocation = MAX_ALLOCATION.to_string();
        let mut command = Command::new(&self.program);
        command
            .args([
                "-hide_banner",
                "-nostdin",
                "-nostats",
                "-max_alloc",
                &max_allocation,
            ])
            .args(["-threads", "1", "-protocol_whitelist", "file"])
            .args(["-f", self.format])
            .args(before)
            .args([OsStr::new("-i"), &self.input])
            .args(after)
            .env_remove("FFREPORT")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            command.process_group(0);
        }
        tracing::debug!(?command, "calling ffmpeg");
        let left = self.deadline.saturating_duration_since(Instant::now());
        Running::start(&mut command)?.finish(left.min(CALL_TIME), cancel)
    }
}

/// Output of a call.
struct Output {
    bytes: Vec<u8>,
    words: String,
    good: bool,
}

/// A running call; the process is killed on drop.
struct Running {
    child: Child,
    bytes: Receiver<Vec<u8>>,
    words: Receiver<Vec<u8>>,
    /// Whether the process was waited for, after which its ID may be reused.
    ended: bool,
}

impl Running {
    fn start(command: &mut Command) -> Result<Self, VideoError> {
        let mut child = command
            .spawn()
            .map_err(|error| VideoError::Ffmpeg(format!("it could not be started ({error})")))?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (Some(stdout), Some(stderr)) = (stdout, stderr) else {
            return Err(VideoError::Ffmpeg("it has no output".into()));
        };
        // From here on, an error kills the process.
        let (none, nothing) = bounded(1);
        let mut running = Self {
            child,
            bytes: nothing.clone(),
            words: nothing,
            ended: false,
        };
        drop(none);
        running.limit_memory();
        running.bytes = gather(stdout, MAX_FRAME)?;
        running.words = gather(stderr, MAX_WORDS)?;
        Ok(running)
    }

    /// Limits the resources of the process, on systems that allow this from outside.
    fn limit_memory(&self) {
        #[cfg(target_os = "linux")]
        {
            use rustix::process::{Pid, Resource, Rlimit, prlimit};
            let at_most = |most| Rlimit {
                current: Some(most),
                maximum: Some(most),
            };
            let process = Some(Pid::from_child(&self.child));
            // Fails harmlessly if the process has already exited.
            let _ = prlimit(process, Resource::As, at_most(MAX_MEMORY));
            let _ = prlimit(process, Resource::Cpu, at_most(VIDEO_TIME.as_secs()));
        }
    }

    fn finish(mut self, most: Duration, cancel: &Cancel) -> Result<Output, VideoError> {
        let until = Instant::now() + most;
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                self.ended = true;
                break status;
            }
            if cancel.is_cancelled() {
                return Err(VideoError::Cancelled);
            }
            if Instant::now() >= until {
                return Err(VideoError::Ffmpeg(
                    "it took too long, so it was stopped".into(),
                ));
            }
            std::thread::sleep(POLL_INTERVAL);
        };
        // Surviving child processes may keep the pipe open.
        let rest = |from: &Receiver<Vec<u8>>| {
            from.recv_timeout(Duration::from_secs(1))
                .unwrap_or_default()
        };
        let bytes = rest(&self.bytes);
        if bytes.len() as u64 > MAX_FRAME {
            return Err(VideoError::Ffmpeg("it returned more than one frame".into()));
        }
        Ok(Output {
            bytes,
            words: String::from_utf8_lossy(&rest(&self.words)).into_owned(),
            good: status.success(),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            // Including its child processes.
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads an output on a thread, up to one byte beyond `most`, after which the pipe is closed.
fn gather(from: impl Read + Send + 'static, most: u64) -> Result<Receiver<Vec<u8>>, VideoError> {
    let (sender, receiver) = bounded(1);
    let read = move || {
        let mut bytes = Vec::new();
        let _ = from.take(most + 1).read_to_end(&mut bytes);
        // After a timeout the receiver is gone.
        let _ = sender.send(bytes);
    };
    let thread = std::thread::Builder::new().name("lumisift-ffmpeg".into());
    match thread.spawn(read) {
        Ok(_) => Ok(receiver),
        Err(error) => Err(VideoError::NoThread(error.to_string())),
    }
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(mark)?;
    rest.lines().next()
}

fn after_last<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.rsplit_once(mark).map(|(_, rest)| rest)
}

/// Parses `00:01:02.34` to milliseconds; `None` if it is implausibly long.
fn clock_ms(text: &str) -> Option<u64> {
    let clock = text.split([',', ' ']).next()?;
    let mut seconds = 0.0;
    for part in clock.split(':') {
        seconds = seconds * 60.0 + part.parse::<f64>().ok()?;
    }
    let ms = (seconds * 1000.0) as u64;
    (seconds >= 0.0 && ms <= MAX_DURATION_MS).then_some(ms)
}

/// The last line of the output, shortened and sanitised.
fn last_line(output: &str) -> String {
    let line = output
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty() && !line.contains("At least one output"));
    let line: String = line
        .unwrap_or("it said nothing")
        .chars()
        .take(200)
        .collect();
    printable(&line).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    fn run(
        program: &str,
        arguments: &[&str],
        most: Duration,
        cancel: &Cancel,
    ) -> Result<Output, VideoError> {
        let mut command = Command::new(program);
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Running::start(&mut command)?.finish(most, cancel)
    }

    #[cfg(unix)]
    #[test]
    fn a_process_that_does_not_end_is_stopped_with_what_it_started() {
        let since = Instant::now();
        let cancel = Cancel::default();
        let both = ["-c", "sleep 600 & sleep 600"];
        let late = run("sh", &both, Duration::from_millis(20), &cancel);
        assert!(late.is_err_and(|error| error.to_string().contains("too long")));
        cancel.cancel();
        let cancelled = run("sh", &both, Duration::from_secs(600), &cancel);
        assert!(matches!(cancelled, Err(VideoError::Cancelled)));
        assert!(since.elapsed() < Duration::from_secs(500));
    }

    #[cfg(unix)]
    #[test]
    fn output_without_end_is_cut_off() {
        let flood = run(
            "sh",
            &["-c", "exec cat /dev/zero"],
            Duration::from_secs(60),
            &Cancel::default(),
        );
        assert!(flood.is_err_and(|error| error.to_string().contains("more than one frame")));
    }

    #[test]
    fn what_ffmpeg_says_is_read() {
        let said = "  Duration: 00:01:02.34, start: 0.000000, bitrate: 1 kb/s\n  Stream #0:0: Video: mpeg4\n";
        assert_eq!(after(said, "Duration: ").and_then(clock_ms), Some(62_340));
        assert_eq!(clock_ms("720:00:00.00"), Some(MAX_DURATION_MS));
        for unknown in ["N/A", "720:00:01.00", "596523:14:07.95", "-1", "inf", "NaN"] {
            assert_eq!(clock_ms(unknown), None, "{unknown}");
        }
        assert_eq!(last_line("a\nb\u{1b}[31m\n\n"), "b\\u{1b}[31m");
    }
}
