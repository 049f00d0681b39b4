//! Trends against PostHog's own cases, and against a naive count.
