//! A table handed to the model loop, as the warehouse reads it.

pub use flywheel_tables::StoredTable as Table;
