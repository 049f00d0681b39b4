//! The Open Inference Protocol, version 2, as pure functions: bytes in, tensors, rows or images, bytes out.
//!
//! It follows KServe's required API and Triton's binary tensor data, classification and compression extensions,
//! so that the unmodified `tritonclient` works; nothing here knows HTTP, a project or a model's weights.

pub mod classification;
pub mod compression;
pub mod metadata;
pub mod question;
pub mod request;
pub mod response;
pub mod tensor;
