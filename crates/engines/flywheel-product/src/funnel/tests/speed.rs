//! The fold itself allocates nothing and is fast.
