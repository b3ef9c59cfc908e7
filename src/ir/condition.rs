//! Conditions in negation normal form: there is no `not`, each leaf says which form of its predicate it asks for.
//!
//! A condition is true or not true; there is no third value. A leaf is true only if its operand is readable and the predicate's
//! truth equals `holds`:
//!
//! ```text
//! leaf := value absent   → predicate.when_absent() == holds
//!         value readable → predicate(value) == holds
//!         else           → not true, whatever `holds` is      (the evaluator says *unreadable*)
//! ```

use super::literal::{Literal, LiteralType};
use super::path::{Loop, Path};

/// What must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Always true.
    True,
    /// Never true.
    False,
    /// All are true; of none: true.
    All(Vec<Condition>),
    /// At least one is true; of none: not true.
    Any(Vec<Condition>),
    /// For at least one element it is true.
    Some {
        /// The elements.
        each: Loop,
        /// What is asked of the element.
        satisfies: Box<Condition>,
    },
    /// For each element it is true.
    Every {
        /// The elements.
        each: Loop,
        /// What is asked of the element.
        satisfies: Box<Condition>,
    },
    /// One predicate of one operand.
    Leaf(Leaf),
}

/// One predicate of one operand, in its positive or its negative form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// What is read.
    pub operand: Operand,
    /// What is asked of it.
    pub predicate: Predicate,
    /// The form: true asks that the predicate holds, false that it doesn't.
    pub holds: bool,
}

/// What a leaf reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A value of the object.
    Read(Read),
    /// The sum of durations or of integers, of two to four parts; all parts have the same reading. Absent if a part is absent, unreadable
    /// if a part is unreadable (which comes first).
    Sum(Vec<Read>),
    /// What a regular expression matches in a text, one behind the other, as a list of texts. Absent if the text is, unreadable
    /// if it is none.
    Find {
        /// The text; its reading is [`Reading::Raw`].
        text: Read,
        /// The expression (RE2), without anchors of ours. It matches no empty text and captures nothing: what engines give for
        /// those differs.
        pattern: String,
    },
    /// A parameter; gone in the closed form. Asked only for `Is`, `In`, `Empty` and `HasAtLeast`.
    Parameter(String),
}

/// A value of the object: of the first path that has one, else the default, else absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// How the value is read.
    pub reading: Reading,
    /// Tried in order; never empty.
    pub from: Vec<Path>,
    /// What an absent value counts as.
    pub default: Option<Literal>,
}

/// The form of a quantity: what Kubernetes and all engines read alike, and compare exactly with a bound below
/// [`QUANTITY_LIMIT`]. (Kubernetes rounds what is finer than a nano and cuts what is over 64 bits; OPA keeps ten decimals.)
/// As all forms here, an RE2 expression for a whole text.
pub const QUANTITY_FORM: &str =
    r"^[0-9]{1,15}(\.[0-9]{1,6})?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][0-9]{1,2})?$";
/// What a quantity that others are compared with must be less than.
pub const QUANTITY_LIMIT: &str = "1E";
/// The largest amount of a whole number that can be read; what is over it is a number like any fraction. (Gatekeeper reads the
/// numbers of a request as doubles, which are exact up to here.)
pub const LARGEST_WHOLE: i64 = 9_007_199_254_740_991;
/// The form of a duration; a sum of four fits into 64 bits of nanoseconds.
pub const DURATION_FORM: &str = "^([0-9]{1,5}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$";
/// The form of a whole number in a text.
pub const INTEGER_FORM: &str = "^-?[0-9]{1,15}$";
/// The form of an image reference: registry with a port, segments, tag, digest. It is that of the reference implementation
/// (`github.com/distribution/reference`), but takes capital letters and digests of any length; no segment is empty, `.` or `..`.
pub const IMAGE_FORM: &str = concat!(
    r"^([A-Za-z0-9]+((\.|_|__|-+)[A-Za-z0-9]+)*(:[0-9]{1,5})?/)?",
    r"[A-Za-z0-9]+((\.|_|__|-+)[A-Za-z0-9]+)*(/[A-Za-z0-9]+((\.|_|__|-+)[A-Za-z0-9]+)*)*",
    r"(:[A-Za-z0-9_][A-Za-z0-9._-]*)?(@[A-Za-z0-9]+([+._-][A-Za-z0-9]+)*:[A-Za-z0-9]+)?$"
);

/// How a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// As it is. Which types are readable is the predicate's matter.
    Raw,
    /// An exact number; readable: a whole number that isn't negative, or text of the form [`QUANTITY_FORM`].
    Quantity,
    /// Nanoseconds; readable: text that isn't empty of the form [`DURATION_FORM`].
    Duration,
    /// A whole number; readable: a whole number, or text of the form [`INTEGER_FORM`].
    Integer,
    /// A clean absolute path that ends in `/` (empty and `.` segments dropped, `/var/run` as `/run`); readable: text that begins
    /// with `/` and has no `..` segment.
    HostPath,
    /// `registry/repository` of an image reference, normalised as Docker does; readable: text of the form [`IMAGE_FORM`]. What
    /// follows the first `@`, then what follows a `:` behind the last `/`, is dropped. The first of several segments is the registry
    /// if it holds `.`, `:` or a capital letter or is `localhost`; else `docker.io/` comes in front. `index.docker.io/` is
    /// `docker.io/`, and `docker.io/nginx` is `docker.io/library/nginx`.
    Image,
}

/// One value to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A literal.
    Literal(Literal),
    /// A scalar parameter; gone in the closed form.
    Parameter(String),
    /// A value of the object, or a field of a parameter's record (gone in the closed form).
    Path(Path),
}

/// A number of elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Count {
    /// A literal.
    Literal(i64),
    /// An integer parameter; gone in the closed form.
    Parameter(String),
}

/// Several values to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arguments {
    /// Literals.
    Literals(Vec<Literal>),
    /// The items of these list parameters together; gone in the closed form.
    Parameters(Vec<String>),
    /// The list that a map parameter has for this key; no items if it has none, or if the key is no text.
    /// In the closed form: [`Arguments::LiteralEntries`].
    Entry {
        /// The map parameter.
        parameter: String,
        /// The key's path.
        key: Path,
    },
    /// The closed form of `Entry`: the map's entries in the order of their keys.
    LiteralEntries {
        /// The entries.
        entries: Vec<(String, Vec<Literal>)>,
        /// The key's path.
        key: Path,
    },
    /// A list in a parameter's record; gone in the closed form.
    Path(Path),
}

/// What is asked of a value. In brackets: the types that are readable under [`Reading::Raw`], and the truth of an absent value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// There is a value. (any; false)
    Set,
    /// Absent, `""`, `[]` or `{}`. (any; true)
    Empty,
    /// Equals. (the type named; false) With a path as argument: readable only if both are of the type named; an absent
    /// argument equals nothing.
    Is {
        /// The type that both must have.
        of: LiteralType,
        /// What the value is compared with.
        value: Argument,
    },
    /// Equals one of these. (the type named; false)
    In {
        /// The type that the value must have.
        of: LiteralType,
        /// What the value is compared with.
        values: Arguments,
    },
    /// Begins with one of these. (text; false)
    StartsWith(Arguments),
    /// Ends with one of these. (text; false)
    EndsWith(Arguments),
    /// Is the beginning of one of these, or one of them. (text; false)
    PrefixOf(Arguments),
    /// Matches one of these as a whole; the arguments are [`Literal::Pattern`]. (text; false)
    Matches(Arguments),
    /// Equal to one of these or below it, by segment; for images the arguments are [`Literal::Image`]; else (with a host path,
    /// or text with `/`) they end in `/` and the value gets a last `/` if it has none before it is compared. (text; false)
    Within(Arguments),
    /// Equal to one of these or above it, by segment; not for images. (text; false)
    Covers(Arguments),
    /// The value is this or more: an integer, a quantity or a duration, as the operand's reading says; under Raw an integer.
    /// (integer; false)
    AtLeast(Argument),
    /// The value is this or less. (integer; false)
    AtMost(Argument),
    /// The list holds one of these. (list; false)
    ContainsAny(Arguments),
    /// The list holds all of these. (list; false, also when these are none)
    ContainsAll(Arguments),
    /// The list holds nothing but these. (list; true)
    SubsetOf(Arguments),
    /// The list, the map or the text (in code points) has at least so many elements; an absent one has 0. (list, map, text)
    HasAtLeast(Count),
    /// No two items are equal. (list of texts, whole numbers and booleans; true)
    Distinct,
}

impl Predicate {
    /// The predicate's truth for an absent value, in the closed form.
    pub fn when_absent(&self) -> bool {
        match self {
            Predicate::Empty | Predicate::SubsetOf(_) | Predicate::Distinct => true,
            Predicate::HasAtLeast(Count::Literal(count)) => *count <= 0,
            Predicate::HasAtLeast(Count::Parameter(_))
            | Predicate::Set
            | Predicate::Is { .. }
            | Predicate::In { .. }
            | Predicate::StartsWith(_)
            | Predicate::EndsWith(_)
            | Predicate::PrefixOf(_)
            | Predicate::Matches(_)
            | Predicate::Within(_)
            | Predicate::Covers(_)
            | Predicate::AtLeast(_)
            | Predicate::AtMost(_)
            | Predicate::ContainsAny(_)
            | Predicate::ContainsAll(_) => false,
        }
    }
}

impl Condition {
    /// The negation, again in negation normal form.
    pub fn negate(self) -> Condition {
        match self {
            Condition::True => Condition::False,
            Condition::False => Condition::True,
            Condition::All(parts) => Condition::Any(parts.into_iter().map(Condition::negate).collect()),
            Condition::Any(parts) => Condition::All(parts.into_iter().map(Condition::negate).collect()),
            Condition::Some { each, satisfies } => {
                Condition::Every { each, satisfies: Box::new(satisfies.negate()) }
            }
            Condition::Every { each, satisfies } => {
                Condition::Some { each, satisfies: Box::new(satisfies.negate()) }
            }
            Condition::Leaf(leaf) => Condition::Leaf(Leaf { holds: !leaf.holds, ..leaf }),
        }
    }

    /// All of these, flattened; without what is always true, and `False` if one is never true.
    pub fn all(parts: impl IntoIterator<Item = Condition>) -> Condition {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Condition::True => {}
                Condition::False => return Condition::False,
                Condition::All(inner) => flat.extend(inner),
                other @ (Condition::Any(_)
                | Condition::Some { .. }
                | Condition::Every { .. }
                | Condition::Leaf(_)) => {
                    flat.push(other);
                }
            }
        }
        match flat.len() {
            0 => Condition::True,
            1 => flat.remove(0),
            _ => Condition::All(flat),
        }
    }

    /// At least one of these, flattened; without what is never true, and `True` if one is always true.
    pub fn any(parts: impl IntoIterator<Item = Condition>) -> Condition {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Condition::False => {}
                Condition::True => return Condition::True,
                Condition::Any(inner) => flat.extend(inner),
                other @ (Condition::All(_)
                | Condition::Some { .. }
                | Condition::Every { .. }
                | Condition::Leaf(_)) => {
                    flat.push(other);
                }
            }
        }
        match flat.len() {
            0 => Condition::False,
            1 => flat.remove(0),
            _ => Condition::Any(flat),
        }
    }
}
