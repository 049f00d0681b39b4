//! Changes images batch by batch on threads of its own, a few batches ahead of whoever learns from them.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use super::{Augmenter, Workspace};
use crate::examples::Inputs;

/// Batches that each thread may be ahead.
const AHEAD: usize = 2;

/// The changed images of an epoch's batches, in order.
pub struct Ahead<'scope> {
    /// Thread `i` of n prepares batches `i`, `i + n`, …
    lanes: Vec<Receiver<Vec<u8>>>,
    next: usize,
    _threads: Vec<ScopedJoinHandle<'scope, ()>>,
}

/// One epoch's work.
#[derive(Debug, Clone, Copy)]
pub struct Epoch<'a> {
    /// From 0.
    pub number: usize,
    /// The examples in the order of the epoch.
    pub order: &'a [u32],
    /// Examples a batch.
    pub batch_size: usize,
    /// The batch to begin with.
    pub first_batch: usize,
}

impl<'scope> Ahead<'scope> {
    /// Starts on an epoch; `None` where the examples aren't images.
    pub fn start<'env: 'scope>(
        scope: &'scope Scope<'scope, 'env>,
        augmenter: &'env Augmenter,
        inputs: &'env Inputs,
        epoch: Epoch<'env>,
        threads: usize,
    ) -> Option<Self> {
        let Inputs::Images { pixels, positions, .. } = inputs else { return None };
        let threads = threads.max(1);
        let mut lanes = Vec::with_capacity(threads);
        let mut handles = Vec::with_capacity(threads);
        for lane in 0..threads {
            let (sender, receiver) = sync_channel(AHEAD);
            lanes.push(receiver);
            handles.push(scope.spawn(move || {
                let mut workspace = Workspace::default();
                let bytes = augmenter.shape().bytes();
                let batches = epoch.order.chunks(epoch.batch_size).skip(epoch.first_batch);
                for batch in batches.skip(lane).step_by(threads) {
                    let mut changed = vec![0; batch.len() * bytes];
                    for (&example, changed) in batch.iter().zip(changed.chunks_exact_mut(bytes)) {
                        let image = &pixels[positions[example as usize] as usize * bytes..][..bytes];
                        augmenter.change(epoch.number, example, image, changed, &mut workspace);
                    }
                    if sender.send(changed).is_err() {
                        return; // Nobody learns any more.
                    }
                }
            }));
        }
        Some(Self { lanes, next: 0, _threads: handles })
    }

    /// The next batch's images, one after the other.
    ///
    /// # Panics
    /// If the epoch has no further batch.
    pub fn take(&mut self) -> Vec<u8> {
        let lane = self.next % self.lanes.len();
        self.next += 1;
        match self.lanes[lane].recv() {
            Ok(images) => images,
            Err(_) => panic!("more batches were asked for than the epoch has"),
        }
    }
}
