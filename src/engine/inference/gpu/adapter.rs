//! Enumerates GPU adapters and selects the candidates to try.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::GpuError;
use super::driver;

/// Time limit for enumerating adapters.
const ENUMERATION_TIMEOUT: Duration = Duration::from_secs(15);
/// Whether enumeration has exceeded the limit in this process.
static ENUMERATION_HUNG: AtomicBool = AtomicBool::new(false);

/// Maximum workgroup memory of kernels for matrix units, in bytes.
pub const MATRIX_MEMORY: usize = 29 << 10;

/// Type of an adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdapterKind {
    /// A discrete GPU.
    Discrete,
    /// An integrated GPU, sharing the processor's memory.
    Integrated,
    /// A virtual GPU, or one of unknown type.
    Other,
    /// A software renderer: lavapipe, SwiftShader, WARP.
    Software,
}

impl AdapterKind {
    /// Display name.
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

/// A GPU with one of its drivers.
#[derive(Clone, Debug)]
pub struct Adapter {
    pub(super) inner: wgpu::Adapter,
    /// Name of the GPU.
    pub name: String,
    /// Driver name and version.
    pub driver: String,
    /// Graphics API: Vulkan, DirectX 12 or Metal.
    pub interface: &'static str,
    /// Type of the adapter.
    pub kind: AdapterKind,
}

/// Name prefixes of software renderers in lower case: not all of them report the CPU type.
const SOFTWARE: [&str; 5] = [
    "llvmpipe",
    "swiftshader",
    "google swiftshader",
    "microsoft basic render",
    "softpipe",
];

/// The type of an adapter, from its name and reported device type.
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

/// The name without the driver's suffix in parentheses, as in "AMD Radeon RX 6600 (RADV NAVI23)".
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

    /// Key of stored measurements; a different driver counts as a different adapter.
    #[must_use]
    pub fn identity(&self) -> String {
        format!("{} | {} | {}", self.name, self.driver, self.interface)
    }

    /// Minimum and maximum subgroup size.
    #[must_use]
    pub fn subgroups(&self) -> (u32, u32) {
        let info = self.inner.get_info();
        (info.subgroup_min_size, info.subgroup_max_size)
    }

    /// Whether it has matrix units for 16 x 16 tiles of f16 values with f32 accumulation, and enough workgroup memory
    /// for their kernels. These require subgroups of exactly 32, and wgpu cannot select one of several sizes.
    #[must_use]
    pub fn has_matrix_units(&self) -> bool {
        use wgpu::CooperativeScalarType::{F16, F32};
        let fitting = |kind: &wgpu::CooperativeMatrixProperties| {
            [kind.m_size, kind.n_size, kind.k_size] == [16; 3]
                && (kind.ab_type, kind.cr_type) == (F16, F32)
        };
        let wanted = wgpu::Features::EXPERIMENTAL_COOPERATIVE_MATRIX
            | wgpu::Features::SUBGROUP
            | wgpu::Features::SHADER_F16;
        self.inner.features().contains(wanted)
            && self.inner.limits().max_compute_workgroup_storage_size as usize >= MATRIX_MEMORY
            && self.subgroups() == (32, 32)
            && self
                .inner
                .cooperative_matrix_properties()
                .iter()
                .any(fitting)
    }

    /// Whether it is a software renderer.
    #[must_use]
    pub fn is_software(&self) -> bool {
        self.kind == AdapterKind::Software
    }
}

/// All adapters, discrete ones first and software renderers last. Loads the system's drivers, which may take 0.1 s.
///
/// # Errors
/// Returns an error if a driver hangs; adapters are then not enumerated again in this process.
pub fn adapters() -> Result<Vec<Adapter>, GpuError> {
    if ENUMERATION_HUNG.load(Ordering::Acquire) {
        return Err(GpuError::Hung(ENUMERATION_TIMEOUT.as_secs()));
    }
    let listed = driver::with_timeout(ENUMERATION_TIMEOUT, || Ok(driver::call(list)));
    if matches!(listed, Err(GpuError::Hung(_))) {
        ENUMERATION_HUNG.store(true, Ordering::Release);
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

/// An adapter that computes nothing and needs no driver, for inspecting plans. Used by benchmarks and tests.
#[must_use]
pub fn noop_adapter() -> Option<Adapter> {
    let backends = wgpu::Backends::NOOP;
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = backends;
    descriptor.backend_options.noop.enable = true;
    let instance = wgpu::Instance::new(descriptor);
    let found = pollster::block_on(instance.enumerate_adapters(backends));
    found.into_iter().next().map(|inner| Adapter {
        kind: AdapterKind::Discrete,
        ..Adapter::new(inner)
    })
}

/// Whether there may be a GPU, determined without loading drivers: on Linux, GPUs have device nodes.
#[must_use]
pub fn may_have_gpu() -> bool {
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

/// The adapter with the requested index, or all hardware adapters, discrete ones first.
///
/// # Errors
/// Returns an error if there is none.
pub fn candidates(adapters: &[Adapter], number: Option<usize>) -> Result<&[Adapter], GpuError> {
    let known = adapters.iter().map(|card| (card.kind, card.name.as_str()));
    let known: Vec<_> = known.collect();
    Ok(&adapters[chosen(&known, number)?])
}

/// The range of candidates in the list returned by [`adapters`].
fn chosen(known: &[(AdapterKind, &str)], number: Option<usize>) -> Result<Range<usize>, GpuError> {
    let none = || GpuError::NotFound("no graphics card was found".into());
    if let Some(number) = number {
        if number < known.len() {
            return Ok(number..number + 1);
        }
        let known: Vec<String> = (known.iter().enumerate())
            .map(|(number, (_, name))| format!("gpu:{number} ({name})"))
            .collect();
        return Err(match known.is_empty() {
            true => none(),
            false => GpuError::NotFound(format!(
                "there is no graphics card {number}; choose one of these: {}",
                known.join(", ")
            )),
        });
    }
    // Software renderers come last.
    let cards = known.partition_point(|(kind, _)| *kind != AdapterKind::Software);
    match (cards, known.first()) {
        (1.., _) => Ok(0..cards),
        (0, Some((_, software))) => Err(GpuError::NotFound(format!(
            "no graphics card was found, only {software}, which computes on the processor"
        ))),
        (0, None) => Err(none()),
    }
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
    fn a_card_of_its_own_comes_before_the_processors_and_software_never_comes_by_itself() {
        use AdapterKind::{Discrete, Integrated, Other, Software};
        let listed = |mut kinds: Vec<AdapterKind>| -> Vec<(AdapterKind, &str)> {
            kinds.sort();
            kinds.into_iter().map(|kind| (kind, kind.name())).collect()
        };
        let best = |kinds: &[AdapterKind]| {
            let known = listed(kinds.to_vec());
            let range = chosen(&known, None).map_err(|error| error.to_string())?;
            Ok::<_, String>(
                known[range]
                    .iter()
                    .map(|(kind, _)| *kind)
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(best(&[Integrated]), Ok(vec![Integrated]));
        assert_eq!(
            best(&[Integrated, Discrete]),
            Ok(vec![Discrete, Integrated])
        );
        assert_eq!(
            best(&[Software, Discrete, Discrete]),
            Ok(vec![Discrete, Discrete])
        );
        assert_eq!(best(&[Software, Other]), Ok(vec![Other]));
        let none = best(&[]).expect_err("none");
        assert_eq!(none, "no graphics card was found");
        let software = best(&[Software]).expect_err("not by itself");
        assert!(
            software.contains("only software, which computes on the processor"),
            "{software}"
        );
    }

    #[test]
    fn a_number_is_that_of_the_list() {
        let known = [
            (AdapterKind::Discrete, "Radeon"),
            (AdapterKind::Software, "llvmpipe"),
        ];
        assert_eq!(chosen(&known, Some(0)), Ok(0..1));
        // A software renderer is accepted if it is requested explicitly.
        assert_eq!(chosen(&known, Some(1)), Ok(1..2));
        for missing in [2, usize::MAX] {
            let why = chosen(&known, Some(missing))
                .expect_err("missing")
                .to_string();
            let known = "choose one of these: gpu:0 (Radeon), gpu:1 (llvmpipe)";
            assert!(why.ends_with(known), "{why}");
        }
        assert!(chosen(&[], Some(0)).is_err());
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
