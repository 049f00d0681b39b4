//! HTTP: one file per endpoint, problems as JSON, progress as a stream.
