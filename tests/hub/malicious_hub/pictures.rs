//! Picture addresses given by the user.

use super::tunnel::Tunnel;
use crate::common;
use crate::common::lumisift;
use crate::hub::{FakeHub, ResponseFault};

use std::fs;

/// Runs `classify` on addresses, and returns its exit code and its output for each.
fn classify(urls: &[String], proxy: Option<&str>) -> (Option<i32>, Vec<String>) {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = lumisift(home.path());
    command.args(["classify", "-l", "cat"]).args(urls);
    for variable in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"] {
        command.env_remove(variable);
        command.env_remove(variable.to_lowercase());
    }
    if let Some(proxy) = proxy {
        command.env("ALL_PROXY", proxy);
    }
    let output = command.output().expect("ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    let errors = errors.lines().map(ToOwned::to_owned).collect();
    (output.status.code(), errors)
}

#[test]
fn a_picture_s_address_leads_nowhere_inward() {
    let hub = FakeHub::start();
    let cat = fs::read(common::samples().join("cat.jpg")).expect("read");
    hub.put("/cat.jpg", cat);
    // An address that the user typed is fetched, also over a redirect to the same kind of network.
    hub.always("/near", ResponseFault::Redirect("/cat.jpg".into()));
    let mut urls = vec![format!("{}/near", hub.address)];
    for (n, goal) in ["169.254.169.254", "10.0.0.1", "[::]"].iter().enumerate() {
        hub.always(
            &format!("/far{n}"),
            ResponseFault::Redirect(format!("http://{goal}/a")),
        );
        urls.push(format!("{}/far{n}", hub.address));
    }
    let (code, errors) = classify(&urls, None);
    assert_eq!((code, errors.len()), (Some(1), 3), "{errors:?}");
    for error in &errors {
        assert!(error.contains("private network"), "{error}");
    }

    // Through the proxy, this looks like a public server that redirects to this machine.
    let requests = hub.seen().len();
    let port = hub.address.rsplit(':').next().expect("a port");
    let tunnel = Tunnel::start();
    let hosts = [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "a.localhost",
        "[::1]",
    ];
    let urls = hosts.map(|host| format!("http://photos.example/to/{host}:{port}/cat.jpg"));
    let (code, errors) = classify(&urls, Some(&tunnel.address));
    assert_eq!(code, Some(2), "{errors:?}");
    for (host, error) in hosts.iter().zip(&errors) {
        assert!(error.contains("private network"), "{host}: {error}");
    }
    let connected = tunnel.hosts.lock().expect("no panic");
    assert_eq!(connected.len(), hosts.len());
    assert!(connected.iter().all(|host| host == "photos.example:80"));
    assert_eq!(hub.seen().len(), requests);
}

#[test]
fn a_picture_s_address_gives_no_more_than_a_picture() {
    let hub = FakeHub::start();
    hub.always("/endless.jpg", ResponseFault::Endless);
    hub.put("/page.jpg", "<!DOCTYPE html><title>Sign in</title>");
    hub.always("/bomb.png", ResponseFault::Bomb);
    let urls = ["endless.jpg", "page.jpg", "bomb.png"];
    let urls = urls.map(|name| format!("{}/{name}", hub.address));
    let (code, errors) = classify(&urls, None);
    assert_eq!(code, Some(2), "{errors:?}");
    assert!(errors[0].contains("more than"), "{errors:?}");
    assert!(errors[1].contains("web page"), "{errors:?}");
    assert!(errors[2].contains("bomb.png: "), "{errors:?}");
    assert!(hub.sent() < 100 << 20, "{}", hub.sent());
}
