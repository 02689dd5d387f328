//! Videos that `ffmpeg` reads, where it is installed.

use super::*;

use std::os::unix::fs::PermissionsExt;

/// A folder with a program called ffmpeg, which records its arguments and answers like the real one.
fn fake(dir: &Path) -> PathBuf {
    let tools = dir.join("tools");
    fs::create_dir_all(&tools).expect("made");
    let log = dir.join("arguments");
    let script = format!(
        "#!/bin/sh\n\
         for argument; do printf '%s\\n' \"$argument\" >> '{}'; last=$argument; done\n\
         if [ \"$last\" = pipe:1 ]; then printf 'P6 2 2 255\\nRRRRRRRRRRRR'; exit 0; fi\n\
         echo '  Duration: 00:00:10.50, start: 0.0, bitrate: 9 kb/s' >&2\n\
         echo '  Stream #0:0: Video: mjpeg, 2x2' >&2\n\
         exit 1\n",
        log.display()
    );
    let program = tools.join("ffmpeg");
    fs::write(&program, script).expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("may run");
    tools
}

#[test]
fn what_only_ffmpeg_reads_is_said_and_counted_without_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 1);
    fs::copy(fixture("motion.avi"), folder.join("motion.avi")).expect("copied");
    fs::copy(fixture("mpeg4.mp4"), folder.join("mpeg4.mp4")).expect("copied");
    let output = lumisift(dir.path())
        .env("PATH", "")
        .arg("index")
        .arg(&folder)
        .output()
        .expect("runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("1 video that needs ffmpeg: install it"),
        "{stderr}"
    );
    assert!(
        stderr.contains("MPEG-4 Part 2") && stderr.contains("convert the video"),
        "{stderr}"
    );
    assert_eq!(output.status.code(), Some(1));
    // A file that was named gets a message of its own.
    let output = lumisift(dir.path())
        .env("PATH", "")
        .arg("index")
        .arg(folder.join("motion.avi"))
        .output()
        .expect("runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("AVI, which only ffmpeg can read: install ffmpeg"),
        "{stderr}"
    );
}

#[test]
fn no_name_is_taken_for_anything_but_a_file() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    fs::create_dir_all(&folder).expect("made");
    let names = [
        "-y.avi",
        "concat:a|b.avi",
        "%d.avi",
        "a;touch pwned .avi",
        "$(touch pwned).avi",
        "http:..avi",
    ];
    for (number, name) in names.iter().enumerate() {
        let mut bytes = fs::read(fixture("motion.avi")).expect("a fixture");
        bytes.push(number as u8);
        fs::write(folder.join(name), bytes).expect("written");
    }
    let tools = fake(dir.path());
    let mut command = lumisift(dir.path());
    command
        .env("PATH", &tools)
        .current_dir(&folder)
        .args(["index", "."]);
    let (indexed, code, errors) = json(&mut command);
    assert_eq!(
        (code, &indexed["photos"]),
        (0, &names.len().into()),
        "{errors}"
    );
    let arguments = fs::read_to_string(dir.path().join("arguments")).expect("noted");
    for name in names {
        let wanted = format!("file:{}", folder.join(name).display());
        assert!(
            arguments.lines().any(|argument| argument == wanted),
            "{name}: {arguments}"
        );
    }
    for always in ["-nostdin", "-protocol_whitelist", "-max_alloc"] {
        assert!(
            arguments.lines().any(|argument| argument == always),
            "{always}"
        );
    }
    assert!(!folder.join("pwned").exists());
    assert_eq!(fs::read_dir(&folder).expect("listed").count(), names.len());
}

#[test]
fn frames_of_ffmpeg_are_frames_as_others() {
    let dir = tempfile::tempdir().expect("a folder");
    let tools = fake(dir.path());
    let mut command = lumisift(dir.path());
    command
        .env("PATH", &tools)
        .arg("search")
        .arg(fixture("mpeg4.mp4"))
        .args(["a cat", "--min-match", "0"]);
    let (found, code, errors) = json(&mut command);
    assert_eq!(code, 0, "{errors}");
    // Lumisift reads the index; the times of ffmpeg's frames are those that were requested.
    assert_eq!(found["photos"][0]["duration_seconds"], 6.0);
    assert!(
        found["photos"][0]["frame_seconds"]
            .as_f64()
            .is_some_and(|time| time >= 0.5),
        "{found}"
    );
}
