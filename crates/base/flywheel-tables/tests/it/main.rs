//! The crate from outside: imports, the warehouse, profiles and downloads, on made and on real data.

mod bad_input;
mod damage;
mod delimited;
mod fetch;
mod idx;
mod images;
mod json_lines;
mod made;
mod parquet;
mod post;
mod profile;
mod real_data;
mod warehouse;
