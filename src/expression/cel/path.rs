//! Paths: a value of the object, or null. Null and a missing step are alike.

use super::kinds;
use super::printer::{Printer, Shared};
use super::scope::{Bound, Scope};
use super::shown::dynamic;
use super::syntax::{Absent, Expression, Step};
use crate::expression::Unprintable;
use crate::ir::{Path, Read, Reading, Root};

impl Printer<'_> {
    /// What stands at the end of a path, or null.
    pub(super) fn path(&mut self, path: &Path, scope: &Scope<'_>) -> Result<Expression, Unprintable> {
        let root = match &path.root {
            Root::Object => Expression::code("object"),
            Root::Pod => self.of_template(Shared::Pod, "spec", path),
            Root::PodMetadata => self.of_template(Shared::PodMetadata, "metadata", path),
            Root::Namespace => self.shared(Shared::Namespace),
            Root::ServiceAccount => self.shared(Shared::ServiceAccount),
            Root::Kind => Expression::code("object.kind"),
            Root::Group => Expression::function("dyn", kinds::group()),
            Root::Element(name) => match bound(name, scope)? {
                Bound::Pod => self.of_template(Shared::Pod, "spec", path),
                Bound::Object
                | Bound::Record { .. }
                | Bound::Item(_)
                | Bound::Inlined(_)
                | Bound::Entry { .. } => element(name, scope)?,
            },
            Root::ContainerList(name) => match bound(name, scope)? {
                Bound::Record { variable, .. } => Expression::code(variable).field("list"),
                Bound::Object | Bound::Pod | Bound::Item(_) | Bound::Inlined(_) | Bound::Entry { .. } => {
                    return Err(Unprintable::new(format!("the list of `{name}`, which is no container")));
                }
            },
            Root::VolumeOf(name) => self.volume_of(name, scope)?,
            Root::EntryKey(name) => match bound(name, scope)? {
                Bound::Entry { key, .. } => Expression::code(key),
                Bound::Item(variable) => Expression::code(variable).read(&["key"]),
                Bound::Object | Bound::Pod | Bound::Record { .. } | Bound::Inlined(_) => {
                    return Err(no_entry(name));
                }
            },
            Root::EntryValue(name) => match bound(name, scope)? {
                Bound::Entry { map, key } => {
                    map.clone().surely().steps(vec![Step::Key(Expression::code(key))])
                }
                Bound::Item(variable) => Expression::code(variable).read(&["value"]),
                Bound::Object | Bound::Pod | Bound::Record { .. } | Bound::Inlined(_) => {
                    return Err(no_entry(name));
                }
            },
        };
        let steps: Vec<Step> = path.steps.iter().cloned().map(Step::Name).collect();
        let doubtful: Vec<usize> =
            (0..steps.len()).filter(|count| self.may_be_no_map(path, *count)).collect();
        Ok(root.steps_where_maps(steps, &doubtful))
    }

    /// What stands at the end of a path in a volume, which is a map, or null, whatever is on the way.
    pub(super) fn path_into_maps(
        &mut self,
        path: &Path,
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        let before = std::mem::replace(&mut self.is_cautious, path.steps.len() > 1);
        let value = self.path(path, scope);
        self.is_cautious = before;
        value
    }

    /// A host path or the name of an image that is computed once, or null if the value can't be read: for the conditions of a check,
    /// or in the records of containers and images.
    pub(super) fn known(&mut self, read: &Read, scope: &Scope<'_>) -> Option<Expression> {
        if let Some(known) = scope.known(read) {
            return Some(known);
        }
        if read.reading != Reading::Image {
            return None;
        }
        let [Path { root: Root::Element(name), steps }] = read.from.as_slice() else { return None };
        let (Some(Bound::Record { variable, of }), None) = (scope.find(name), &read.default) else {
            return None;
        };
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        match (of, steps.as_slice()) {
            (Some(Shared::Containers), ["image"]) => self.has_container_images = true,
            (Some(Shared::Images), []) => self.has_image_names = true,
            _ => return None,
        }
        Some(Expression::code(variable).field("image"))
    }

    /// The value of the first path that has one, else the default, else null.
    pub(super) fn read(&mut self, read: &Read, scope: &Scope<'_>) -> Result<Expression, Unprintable> {
        if self.is_inline
            && let ([path], Some(default)) = (read.from.as_slice(), &read.default)
        {
            let value = self.path(path, scope)?;
            if value.is_read() {
                return Ok(value.or(Absent::Default(default.clone())));
            }
        }
        let mut values = Vec::new();
        for path in &read.from {
            values.push(self.path(path, scope)?);
        }
        if let Some(default) = &read.default {
            values.push(Expression::function("dyn", Expression::literal(default)));
        }
        let last = values.pop().ok_or_else(|| Unprintable::new("a value that is read from nowhere"))?;
        Ok(values.into_iter().rev().fold(last, |otherwise, value| {
            value.clone().differs(Expression::null()).choose(value, otherwise)
        }))
    }

    /// A part of the Pod's template, for a path that begins there. The variable is always a map; what the part really is, the template
    /// says.
    fn of_template(&mut self, shared: Shared, field: &str, path: &Path) -> Expression {
        if path.steps.is_empty() {
            return self.shared(Shared::Template).read(&[field]);
        }
        self.shared(shared)
    }

    /// The first of the Pod's volumes with the mount's name, or null.
    fn volume_of(&mut self, mount: &str, scope: &Scope<'_>) -> Result<Expression, Unprintable> {
        let name = self.mount_name(mount, scope)?;
        let (volume, _) = scope.variable("volume");
        let same_name = Expression::code(&volume).read(&["name"]).equals(name);
        let found = self.shared(Shared::NamedVolumes).each("filter", &volume, same_name);
        Ok(found.steps(vec![Step::Key(Expression::number(0))]))
    }
}

/// What a loop's name stands for.
fn bound<'scope>(name: &str, scope: &'scope Scope<'_>) -> Result<&'scope Bound, Unprintable> {
    scope.find(name).ok_or_else(|| Unprintable::new(format!("`{name}`, which no loop around it names")))
}

/// The element of a loop.
pub(super) fn element(name: &str, scope: &Scope<'_>) -> Result<Expression, Unprintable> {
    match bound(name, scope)? {
        Bound::Object => Ok(Expression::code("object")),
        Bound::Record { variable, .. } => Ok(Expression::code(variable).field("value")),
        Bound::Item(variable) => Ok(Expression::code(variable)),
        Bound::Inlined(value) => Ok(value.clone()),
        Bound::Pod | Bound::Entry { .. } => {
            Err(Unprintable::new(format!("`{name}` as a whole, of which only parts can be read here")))
        }
    }
}

/// The error for a key or a value of what is no entry.
fn no_entry(name: &str) -> Unprintable {
    Unprintable::new(format!("a key or a value of `{name}`, which is no entry of a map"))
}

/// The items of what stands somewhere; none if it is no list.
pub(super) fn items(value: Expression) -> Expression {
    value.clone().has_type("list").choose(value.surely(), Expression::List(Vec::new()))
}

/// The entries of what stands somewhere; none if it is no map.
pub(super) fn entries(value: Expression) -> Expression {
    value.clone().has_type("map").choose(value.surely(), Expression::Map(Vec::new()))
}

/// The first of these that is neither null nor empty, else the text, which isn't empty.
pub(super) fn first_filled(values: Vec<Expression>, otherwise: &str) -> Expression {
    let value = Expression::code("value");
    let is_filled =
        Expression::all([value.clone().differs(Expression::null()), value.differs(Expression::text(""))]);
    let candidates = values.into_iter().chain([dynamic(otherwise)]).collect();
    Expression::List(candidates).each("filter", "value", is_filled).at(0)
}
