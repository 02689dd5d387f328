//! Which graphics cards there are, and which of them is the one to try.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::GpuError;
use super::driver;
use crate::engine::plural::counted;

/// How long drivers may take to list their cards.
const LISTING: Duration = Duration::from_secs(15);
/// Whether one of them took longer, in this process.
static SILENT: AtomicBool = AtomicBool::new(false);

/// What kind of card an adapter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdapterKind {
    /// A card of its own.
    Discrete,
    /// Part of the processor, with its memory.
    Integrated,
    /// One that a host lends to a virtual machine, or that does not say what it is.
    Other,
    /// A driver that computes on the processor: lavapipe, SwiftShader, WARP.
    Software,
}

impl AdapterKind {
    /// In a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Discrete => "discrete",
            Self::Integrated => "integrated",
            Self::Other => "of unknown kind",
            Self::Software => "software",
        }
    }
}

/// A graphics card with one of its drivers.
#[derive(Clone, Debug)]
pub struct Adapter {
    pub(super) inner: wgpu::Adapter,
    /// What its maker calls it.
    pub name: String,
    /// Its driver with its version.
    pub driver: String,
    /// Through which interface: Vulkan, DirectX 12 or Metal.
    pub interface: &'static str,
    /// Its kind.
    pub kind: AdapterKind,
}

/// Drivers that compute on the processor, as their names begin, in lower case: not all of them say what they are.
const SOFTWARE: [&str; 5] = [
    "llvmpipe",
    "swiftshader",
    "google swiftshader",
    "microsoft basic render",
    "softpipe",
];

/// The kind of an adapter by what it says of itself.
fn kind_of(name: &str, device: wgpu::DeviceType) -> AdapterKind {
    let name = name.to_lowercase();
    if SOFTWARE.iter().any(|software| name.starts_with(software)) {
        return AdapterKind::Software;
    }
    match device {
        wgpu::DeviceType::DiscreteGpu => AdapterKind::Discrete,
        wgpu::DeviceType::IntegratedGpu => AdapterKind::Integrated,
        wgpu::DeviceType::Cpu => AdapterKind::Software,
        _ => AdapterKind::Other,
    }
}

/// The name without what drivers add to it in brackets: "AMD Radeon RX 6600 (RADV NAVI23)".
fn short_name(name: &str) -> String {
    let short = name.split(" (").next().unwrap_or(name).trim();
    if short.is_empty() { name } else { short }.to_owned()
}

impl Adapter {
    fn new(inner: wgpu::Adapter) -> Self {
        let info = inner.get_info();
        let driver = [info.driver.trim(), info.driver_info.trim()];
        let driver: Vec<&str> = driver.into_iter().filter(|part| !part.is_empty()).collect();
        Self {
            inner,
            kind: kind_of(&info.name, info.device_type),
            name: short_name(&info.name),
            driver: driver.join(" "),
            interface: match info.backend {
                wgpu::Backend::Vulkan => "Vulkan",
                wgpu::Backend::Dx12 => "DirectX 12",
                wgpu::Backend::Metal => "Metal",
                _ => "an unknown interface",
            },
        }
    }

    /// What findings about it are kept under: another driver is another adapter.
    #[must_use]
    pub fn identity(&self) -> String {
        format!("{} | {} | {}", self.name, self.driver, self.interface)
    }

    /// Fewest and most invocations that it runs in step.
    #[must_use]
    pub fn subgroups(&self) -> (u32, u32) {
        let info = self.inner.get_info();
        (info.subgroup_min_size, info.subgroup_max_size)
    }

    /// Whether it computes on the processor.
    #[must_use]
    pub fn is_software(&self) -> bool {
        self.kind == AdapterKind::Software
    }
}

/// All adapters, cards of their own first, software last. This loads the drivers of the system, which may take a tenth of a second.
///
/// # Errors
/// If a driver gives no answer for long; it is then not asked again.
pub fn adapters() -> Result<Vec<Adapter>, GpuError> {
    if SILENT.load(Ordering::Acquire) {
        return Err(GpuError::Hung(LISTING.as_secs()));
    }
    let listed = driver::patiently(LISTING, || Ok(driver::call(list)));
    if matches!(listed, Err(GpuError::Hung(_))) {
        SILENT.store(true, Ordering::Release);
    }
    listed
}

fn list() -> Vec<Adapter> {
    let backends = wgpu::Backends::VULKAN | wgpu::Backends::DX12 | wgpu::Backends::METAL;
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        flags: wgpu::InstanceFlags::empty(),
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let found = pollster::block_on(instance.enumerate_adapters(backends));
    let mut adapters: Vec<Adapter> = found.into_iter().map(Adapter::new).collect();
    adapters.sort_by_key(|adapter| adapter.kind);
    adapters
}

/// Whether there may be a card, without loading drivers: on Linux, cards have nodes.
#[must_use]
pub fn may_have_card() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let render_node =
        |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with("renderD");
    let nodes = std::fs::read_dir("/dev/dri");
    nodes.is_ok_and(|nodes| nodes.flatten().any(render_node))
        || ["/dev/nvidiactl", "/dev/dxg"]
            .iter()
            .any(|node| std::path::Path::new(node).exists())
}

/// The adapter that a person named by its number, or all that are not software, the best first.
///
/// # Errors
/// If there is none.
pub fn candidates(adapters: &[Adapter], number: Option<usize>) -> Result<&[Adapter], GpuError> {
    if let Some(number) = number {
        return adapters.get(number..=number).ok_or_else(|| {
            let known = counted(adapters.len(), "graphics card", "graphics cards");
            GpuError::NotFound(format!(
                "there is no graphics card {number} (found: {known}, counted from 0)"
            ))
        });
    }
    // Software comes last.
    let cards = adapters.partition_point(|adapter| !adapter.is_software());
    match (cards, adapters.first()) {
        (1.., _) => Ok(&adapters[..cards]),
        (0, Some(software)) => Err(GpuError::NotFound(format!(
            "no graphics card was found, only {}, which computes on the processor",
            software.name
        ))),
        (0, None) => Err(GpuError::NotFound("no graphics card was found".into())),
    }
}

/// The card that a person named by its number, or the best that is not software.
///
/// # Errors
/// If there is none.
pub fn adapter(number: Option<usize>) -> Result<Adapter, GpuError> {
    let adapters = adapters()?;
    Ok(candidates(&adapters, number)?[0].clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wgpu::DeviceType;

    #[test]
    fn drivers_that_compute_on_the_processor_are_known() {
        for (name, device) in [
            ("llvmpipe (LLVM 15.0.6, 256 bits)", DeviceType::Cpu),
            ("llvmpipe (LLVM 15.0.6, 256 bits)", DeviceType::Other),
            ("SwiftShader Device (LLVM 10.0.0)", DeviceType::VirtualGpu),
            ("Microsoft Basic Render Driver", DeviceType::Other),
            ("Anything", DeviceType::Cpu),
        ] {
            assert_eq!(kind_of(name, device), AdapterKind::Software, "{name}");
        }
        let card = kind_of("AMD Radeon RX 6600 (RADV NAVI23)", DeviceType::DiscreteGpu);
        assert_eq!(card, AdapterKind::Discrete);
        assert_eq!(
            kind_of("Apple M1", DeviceType::IntegratedGpu),
            AdapterKind::Integrated
        );
        assert!(AdapterKind::Discrete < AdapterKind::Integrated);
        assert!(AdapterKind::Other < AdapterKind::Software);
    }

    #[test]
    fn names_are_short() {
        assert_eq!(
            short_name("AMD Radeon RX 6600 (RADV NAVI23)"),
            "AMD Radeon RX 6600"
        );
        assert_eq!(short_name("Apple M1"), "Apple M1");
    }
}
