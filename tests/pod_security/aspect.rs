//! What a Pod can be good or bad at. Most Pods are drawn loosely in a few aspects and tightly in the others, so that each check sees
//! both what it allows and what it forbids, alone and among others.

use std::collections::BTreeSet;

use crate::choice::Numbers;

/// Something that the standards look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    AppArmor,
    Capabilities,
    Escalation,
    HostNamespaces,
    HostProcess,
    Ports,
    Privileged,
    Probes,
    ProcMount,
    RunAsNonRoot,
    RunAsUser,
    SeLinux,
    Seccomp,
    Sysctls,
    System,
    UserNamespace,
    Volumes,
}

impl Aspect {
    const ALL: [Aspect; 17] = [
        Aspect::AppArmor,
        Aspect::Capabilities,
        Aspect::Escalation,
        Aspect::HostNamespaces,
        Aspect::HostProcess,
        Aspect::Ports,
        Aspect::Privileged,
        Aspect::Probes,
        Aspect::ProcMount,
        Aspect::RunAsNonRoot,
        Aspect::RunAsUser,
        Aspect::SeLinux,
        Aspect::Seccomp,
        Aspect::Sysctls,
        Aspect::System,
        Aspect::UserNamespace,
        Aspect::Volumes,
    ];
}

/// How many aspects are loose, one number for each Pod.
const LOOSE: [usize; 8] = [0, 1, 1, 2, 2, 4, 8, Aspect::ALL.len()];

/// The numbers that a Pod is drawn from, and the aspects in which it is drawn loosely.
pub struct Draw {
    numbers: Numbers,
    loose: BTreeSet<Aspect>,
}

impl Draw {
    /// Chooses the loose aspects.
    pub fn new(mut numbers: Numbers) -> Self {
        let count = LOOSE[numbers.below(LOOSE.len())];
        let mut order = Aspect::ALL;
        numbers.shuffle(&mut order);
        Self { numbers, loose: order.into_iter().take(count).collect() }
    }

    /// Whether anything may be drawn in this aspect, and not only what the standards allow.
    pub fn is_loose(&self, aspect: Aspect) -> bool {
        self.loose.contains(&aspect)
    }

    /// One of a table's entries: of all in a loose aspect, else of its first, which the standards allow.
    pub fn from<T: Copy>(&mut self, aspect: Aspect, allowed: &[T], others: &[T]) -> T {
        let all = if self.is_loose(aspect) { allowed.len() + others.len() } else { allowed.len() };
        let index = self.numbers.below(all);
        allowed.get(index).copied().unwrap_or_else(|| others[index - allowed.len()])
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.numbers.below(times) == 0
    }

    /// A number below this one.
    pub fn below(&mut self, end: usize) -> usize {
        self.numbers.below(end)
    }

    /// One of these.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.numbers.below(of.len())]
    }
}
