//! Where Burn computes: a graphics processor where this build and this machine have one, else this processor.

use burn::tensor::Device;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
use burn::tensor::DeviceType;

/// The first CUDA device, else the first that wgpu finds, else burn-flex on this processor.
pub fn best_device() -> Device {
    #[cfg(feature = "cuda")]
    if let Some(device) = Device::enumerate(DeviceType::Cuda).into_iter().next() {
        return device;
    }
    #[cfg(feature = "wgpu")]
    if let Some(device) = Device::enumerate(DeviceType::Wgpu).into_iter().next() {
        return device;
    }
    Device::flex()
}
