//! Errors of HTTP requests.

use super::address::RedirectRefusal;

/// Reasons why a request failed. Each message is a clause that names the host.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The request was cancelled.
    #[error("the work was cancelled")]
    Cancelled,
    /// The host cannot be reached.
    #[error("{host} cannot be reached ({reason})")]
    Unreachable {
        /// Host name.
        host: String,
        /// Description of the underlying error.
        reason: String,
    },
    /// The connection broke during the response.
    #[error("the connection to {host} was lost ({reason})")]
    Broken {
        /// Host name.
        host: String,
        /// Description of the underlying error.
        reason: String,
    },
    /// The response status is not a success.
    #[error("{host} answered {status}")]
    Status {
        /// Host name.
        host: String,
        /// HTTP status code.
        status: u16,
    },
    /// A redirect was not followed.
    #[error("{host} redirects to {to}, {reason}: the redirect was not followed")]
    Redirect {
        /// Host that sent the redirect.
        host: String,
        /// Target host.
        to: String,
        /// Why it was not followed.
        reason: RedirectRefusal,
    },
    /// The response exceeds the permitted size.
    #[error("{host} sent more than {limit} bytes")]
    TooLarge {
        /// Host name.
        host: String,
        /// Size limit in bytes.
        limit: u64,
    },
}
