//! Waiting for what a controller will do.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long anything may take, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(100);

/// Why what is waited for isn't there.
pub enum Not {
    /// It may come.
    Yet(String),
    /// It will not come: whoever would bring it has ended.
    Ever(String),
}

impl From<String> for Not {
    fn from(reason: String) -> Self {
        Not::Yet(reason)
    }
}

/// Asks until there is an answer, or will never be one; after three minutes gives the last reason why not. Says what was waited for.
pub fn wait_for<T, Reason: Into<Not>>(
    what: &str,
    mut ask: impl FnMut() -> Result<T, Reason>,
) -> Result<T, String> {
    let began = Instant::now();
    loop {
        match ask().map_err(Into::into) {
            Ok(found) => return Ok(found),
            Err(Not::Ever(reason)) => return Err(format!("{what} won't come: {reason}")),
            Err(Not::Yet(reason)) if began.elapsed() > PATIENCE => {
                return Err(format!("waited in vain for {what}: {reason}"));
            }
            Err(Not::Yet(_)) => sleep(PAUSE),
        }
    }
}

/// Asks until the same answer came for `calm` without a change.
pub fn wait_until_calm<T: PartialEq>(
    what: &str,
    calm: Duration,
    mut ask: impl FnMut() -> Result<T, String>,
) -> Result<T, String> {
    let began = Instant::now();
    let mut last = ask()?;
    let mut since = Instant::now();
    while since.elapsed() < calm {
        if began.elapsed() > PATIENCE {
            return Err(format!("waited in vain for {what} to come to rest"));
        }
        sleep(PAUSE);
        let now = ask()?;
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
    Ok(last)
}
