//! Funnels against PostHog's own cases, and against a naive person-by-person count.

mod speed;
