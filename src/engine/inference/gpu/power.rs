//! Whether the machine runs on battery power.

use starship_battery::{Manager, State};

/// Whether a battery is discharging. Machines without a battery or with an unknown state count as mains-powered.
pub fn on_battery() -> bool {
    let batteries = Manager::new().and_then(|manager| manager.batteries());
    batteries.is_ok_and(|mut all| {
        all.any(|battery| battery.is_ok_and(|battery| battery.state() == State::Discharging))
    })
}
