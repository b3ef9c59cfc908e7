//! What is printed beside an expression: the variables that it needs.

use std::collections::BTreeSet;

use super::syntax::Expression;
use crate::ir::{Container, Path, Root, Shape};

/// Variables that several expressions of a policy share. One that needs another stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shared {
    /// The Pod, or the Pod's template; an empty map if there is none.
    Template,
    /// The same before an UPDATE.
    OldTemplate,
    /// The Pod's spec; an empty map if it is none.
    Pod,
    /// The metadata of the Pod or of the Pod's template; an empty map if it is none.
    PodMetadata,
    /// The object's namespace.
    Namespace,
    /// The Pod's service account.
    ServiceAccount,
    /// Records of all containers: `list`, `value`.
    Containers,
    /// Records of the security contexts of the Pod and its containers: `label`, `value`.
    SecurityContexts,
    /// Records of the images of containers and volumes: `label`, `value`.
    Images,
    /// The Pod's volumes that have a name, the first of each name.
    NamedVolumes,
}

impl Shared {
    /// The variable's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Shared::Template => "template",
            Shared::OldTemplate => "old_template",
            Shared::Pod => "pod",
            Shared::PodMetadata => "pod_metadata",
            Shared::Namespace => "object_namespace",
            Shared::ServiceAccount => "service_account",
            Shared::Containers => "containers",
            Shared::SecurityContexts => "security_contexts",
            Shared::Images => "images",
            Shared::NamedVolumes => "named_volumes",
        }
    }

    /// What the variable itself needs.
    fn needs(self) -> &'static [Shared] {
        match self {
            Shared::Template | Shared::OldTemplate | Shared::Namespace => &[],
            Shared::Pod | Shared::PodMetadata => &[Shared::Template],
            Shared::ServiceAccount | Shared::Containers | Shared::NamedVolumes => {
                &[Shared::Template, Shared::Pod]
            }
            Shared::SecurityContexts | Shared::Images => &[Shared::Template, Shared::Pod, Shared::Containers],
        }
    }
}

/// Prints expressions and remembers what they need.
#[derive(Debug, Default)]
pub(super) struct Printer<'rule> {
    /// What is known to be a map once all shapes are whole.
    pub(super) shapes: &'rule [Shape],
    /// The shared variables that are needed.
    pub(super) needed: BTreeSet<Shared>,
    /// Whether the records of containers have the image's name, beside its reference.
    pub(super) has_container_images: bool,
    /// Whether the records of images have the image's name, beside its reference.
    pub(super) has_image_names: bool,
    /// Whether paths are read before the shapes are known to be whole.
    pub(super) is_cautious: bool,
    /// What is computed once instead of for each subject, with its name.
    pub(super) computed: Vec<(String, Expression)>,
    /// Whether all stands in one expression, where names are bound by macros, and not in variables of the policy.
    pub(super) is_inline: bool,
    /// Whether, in one expression, containers come with the names of their lists.
    pub(super) has_lists: bool,
}

impl Printer<'_> {
    /// A shared variable, which is needed from now on.
    pub(super) fn shared(&mut self, shared: Shared) -> Expression {
        self.needed.insert(shared);
        self.needed.extend(shared.needs().iter().filter(|needed| !self.is_inline || **needed == Shared::Pod));
        self.named_here(shared.name())
    }

    /// What has a name: a variable of the policy, or in one expression what a macro binds.
    pub(super) fn named_here(&self, name: &str) -> Expression {
        if self.is_inline { Expression::code(name) } else { Expression::variable(name) }
    }

    /// Whether the start of a path, with so many steps, may be something else than a map where it is read.
    pub(super) fn may_be_no_map(&self, path: &Path, count: usize) -> bool {
        let root = match &path.root {
            Root::VolumeOf(_) if count == 0 => return false,
            Root::VolumeOf(_) => Root::Element("volume".to_owned()),
            other => other.clone(),
        };
        let has_shape = |shape: &Shape| {
            shape.must_be == Container::Map
                && shape.path.root == root
                && path.steps.get(..count) == Some(shape.path.steps.as_slice())
        };
        self.is_cautious || !self.shapes.iter().any(has_shape)
    }

    /// A variable of the wished name, or nearly so, for what is computed once; the same one for the same expression.
    pub(super) fn once(&mut self, wished: &str, expression: &Expression) -> Expression {
        let is_named_so = |known: &str| {
            let rest = known.strip_prefix(wished);
            rest.is_some_and(|rest| rest.trim_start_matches('_').chars().all(|digit| digit.is_ascii_digit()))
        };
        let mut namesakes = self.computed.iter().filter(|(name, _)| is_named_so(name));
        if let Some((name, _)) = namesakes.find(|(_, known)| known == expression) {
            return self.named_here(name);
        }
        let mut name = wished.to_owned();
        let mut number = 2;
        while self.computed.iter().any(|(known, _)| *known == name) {
            name = format!("{wished}_{number}");
            number += 1;
        }
        self.computed.push((name.clone(), expression.clone()));
        self.named_here(&name)
    }
}
