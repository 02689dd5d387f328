//! Whether the machine runs on its battery.

use starship_battery::{Manager, State};

/// Whether a battery is being discharged. A machine that has none, or does not tell, runs on mains.
pub fn on_battery() -> bool {
    let batteries = Manager::new().and_then(|manager| manager.batteries());
    batteries.is_ok_and(|mut all| {
        all.any(|battery| battery.is_ok_and(|battery| battery.state() == State::Discharging))
    })
}
