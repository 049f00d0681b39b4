//! Which vector instructions this processor has, and how a loop is compiled once for each of them.

use std::sync::OnceLock;

/// A set of vector instructions, from widest to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "the vectors named are those of x86-64"))]
pub enum Level {
    /// 512-bit vectors.
    Avx512,
    /// 256-bit vectors with fused multiply-add.
    Avx2,
    /// Whatever the compiler makes of plain Rust.
    Portable,
}

impl Level {
    /// The widest set that this processor has; looked up once.
    pub fn detect() -> Self {
        static LEVEL: OnceLock<Level> = OnceLock::new();
        *LEVEL.get_or_init(Self::look_up)
    }

    /// Its name in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "avx-512",
            Self::Avx2 => "avx2",
            Self::Portable => "portable",
        }
    }

    /// All sets that this processor has, for tests that compare them.
    #[cfg(test)]
    pub fn available() -> Vec<Self> {
        match Self::detect() {
            Self::Avx512 => vec![Self::Avx512, Self::Avx2, Self::Portable],
            Self::Avx2 => vec![Self::Avx2, Self::Portable],
            Self::Portable => vec![Self::Portable],
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn look_up() -> Self {
        if !is_x86_feature_detected!("avx2") || !is_x86_feature_detected!("fma") {
            Self::Portable
        } else if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
        {
            Self::Avx512
        } else {
            Self::Avx2
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn look_up() -> Self {
        Self::Portable
    }
}

/// Compiles a function once for each [`Level`] and calls the one asked for.
///
/// The body is plain safe Rust that the compiler vectorises; it may not rely on fused multiply-add.
macro_rules! for_each_level {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$meta])*
        $vis fn $name(level: $crate::native::cpu::Level, $($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            fn body($($arg: $ty),*) $(-> $ret)? $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
                fn avx512($($arg: $ty),*) $(-> $ret)? { body($($arg),*) }
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($arg: $ty),*) $(-> $ret)? { body($($arg),*) }
                match level {
                    // SAFETY: `Level::look_up` found these features on this processor.
                    $crate::native::cpu::Level::Avx512 => return unsafe { avx512($($arg),*) },
                    // SAFETY: as above.
                    $crate::native::cpu::Level::Avx2 => return unsafe { avx2($($arg),*) },
                    $crate::native::cpu::Level::Portable => {}
                }
            }
            let _ = level;
            body($($arg),*)
        }
    };
}

pub(crate) use for_each_level;
