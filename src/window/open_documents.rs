//! Photos and folders that macOS asks the program to open: "Open with" in the Finder, a drop on its icon in the dock,
//! `open -a Lumisift`.
//!
//! AppKit passes them to `application:openURLs:` of the application delegate. winit 0.30 sets a delegate that lacks this
//! method, and panics if it is replaced. The method is therefore added to the delegate's class: after winit has set the
//! delegate, and before AppKit handles its first event. A handler for the Apple event itself (`NSAppleEventManager`)
//! would replace AppKit's, which has other work to do when it launches a program with documents.
//!
//! The paths are kept until a window takes them, because at launch they arrive before there is one.
#![allow(unsafe_code)]

use std::mem;
use std::path::PathBuf;
use std::ptr::{self, NonNull};
use std::sync::{Mutex, MutexGuard, PoisonError};

use block2::RcBlock;
use egui::Context;
use objc2::runtime::{AnyClass, AnyObject, Imp, Sel};
use objc2::{MainThreadMarker, ffi, sel};
use objc2_app_kit::{NSApplication, NSApplicationWillFinishLaunchingNotification};
use objc2_foundation::{
    NSArray, NSDictionary, NSNotification, NSNotificationCenter, NSString, NSURL, NSUserDefaults,
    ns_string,
};

use super::MainWindow;
use crate::engine::index::pipeline::Notify;

/// Paths that no window has taken yet, and the callback that wakes the window.
struct Documents {
    paths: Vec<PathBuf>,
    notify: Option<Notify>,
}

static DOCUMENTS: Mutex<Documents> = Mutex::new(Documents {
    paths: Vec::new(),
    notify: None,
});

fn documents() -> MutexGuard<'static, Documents> {
    DOCUMENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Receives documents from now on. Must be called before the event loop runs.
pub fn register() {
    ignore_arguments();
    let block = RcBlock::new(|_: NonNull<NSNotification>| extend_delegate());
    // SAFETY: the block captures nothing, so it can be sent to any thread. Without a queue, it runs on the thread that
    // posts the notification. The center keeps block and observer.
    unsafe {
        NSNotificationCenter::defaultCenter().addObserverForName_object_queue_usingBlock(
            Some(NSApplicationWillFinishLaunchingNotification),
            None,
            None,
            &block,
        );
    }
}

/// Prevents AppKit from passing the arguments of the command line to the delegate, as they are opened already.
fn ignore_arguments() {
    let key = ns_string!("NSTreatUnknownArgumentsAsOpen");
    let no: &AnyObject = ns_string!("NO");
    let defaults = NSDictionary::<NSString, AnyObject>::from_slices(&[key], &[no]);
    // SAFETY: a string is a valid value of a default.
    unsafe { NSUserDefaults::standardUserDefaults().registerDefaults(&defaults) };
}

/// Adds `application:openURLs:` to the class of the application delegate.
fn extend_delegate() {
    let Some(main_thread) = MainThreadMarker::new() else {
        return;
    };
    let delegate = NSApplication::sharedApplication(main_thread).delegate();
    let class = delegate.map(|delegate| AnyObject::class((*delegate).as_ref()));
    if !class.is_some_and(add_open_urls) {
        tracing::warn!("files opened in the Finder do not reach the window");
    }
}

/// Adds `application:openURLs:` to a class. `false` if the class implements it already.
fn add_open_urls(class: &'static AnyClass) -> bool {
    type OpenUrls = extern "C" fn(&AnyObject, Sel, &NSApplication, &NSArray<NSURL>);
    // SAFETY: the runtime casts the function back to the type in the encoding: no result, an object, a selector, and
    // two objects, which the declaration in NSApplicationDelegate says are an NSApplication and an NSArray<NSURL>, and
    // not nil. The class is registered and never freed, and the runtime locks it while it adds the method.
    unsafe {
        let method = mem::transmute::<OpenUrls, Imp>(open_urls);
        let class = ptr::from_ref(class).cast_mut();
        ffi::class_addMethod(
            class,
            sel!(application:openURLs:),
            method,
            c"v@:@@".as_ptr(),
        )
        .as_bool()
    }
}

/// Called by AppKit. `extern "C"`, so that a panic aborts the program instead of unwinding into AppKit.
extern "C" fn open_urls(_: &AnyObject, _: Sel, _: &NSApplication, urls: &NSArray<NSURL>) {
    let files = urls.iter().filter(|url| url.isFileURL());
    // Not the representation for the file system, which decomposes accents: the store knows paths as folders list them.
    let paths = files.filter_map(|url| url.path());
    let paths: Vec<PathBuf> = paths.map(|path| path.to_string().into()).collect();
    let notify = {
        let mut documents = documents();
        documents.paths.extend(paths);
        documents.notify.clone()
    };
    if let Some(notify) = notify {
        notify();
    }
}

/// Takes the paths that have arrived.
pub fn take() -> Vec<PathBuf> {
    mem::take(&mut documents().paths)
}

impl MainWindow {
    /// Opens the documents that macOS passes to the program, too.
    pub(super) fn receive_documents(&mut self) {
        documents().notify = Some(self.app.notify().clone());
    }

    /// Opens the documents that have arrived since the last frame.
    pub(super) fn open_documents(&mut self, ctx: &Context) {
        let paths = take();
        if !paths.is_empty() {
            self.app.open_in_front(ctx, paths);
        }
    }
}

#[cfg(test)]
mod tests {
    use objc2::rc::Retained;
    use objc2::runtime::{ClassBuilder, NSObject};
    use objc2::{ClassType, msg_send};

    use super::*;

    #[test]
    fn file_urls_reach_the_window() {
        let class = ClassBuilder::new(c"LumisiftTestDelegate", NSObject::class());
        let class = class.expect("a new name").register();
        assert!(add_open_urls(class));
        assert!(!add_open_urls(class), "it is there already");
        let urls = [
            "file:///photos/a%20folder/",
            "https://example.org/b.jpg",
            "file:///c.jpg",
        ];
        let urls = urls.map(|url| NSURL::URLWithString(&NSString::from_str(url)).expect("a URL"));
        let urls = NSArray::from_retained_slice(&urls);
        // SAFETY: as AppKit calls it, except that the method ignores the application, for which any object will do.
        unsafe {
            let delegate: Retained<NSObject> = msg_send![class, new];
            let _: () = msg_send![&*delegate, application: &*delegate, openURLs: &*urls];
        }
        let expected: [PathBuf; 2] = ["/photos/a folder".into(), "/c.jpg".into()];
        assert_eq!(take(), expected);
        assert!(take().is_empty(), "they are taken once");
    }
}
