# None of these is the value; an absent one is none of them.
none_of(value, others) if {
	every other in others { value != other }
}

# Absent, or an empty text, list or map. (OPA's index of rules panics where a value is looked for in a list that holds a map.)
default empty(_) := false

empty(value) if value in [null, "", []]

empty(value) if {
	is_object(value)
	count(value) == 0
}

# Whether the value is the other one; nothing is like an absent one.
same(null, _) := false

same(value, other) := value == other if value != null

# Whether a text begins with one of these.
starts_with(null, _) := false

starts_with(value, prefixes) := strings.any_prefix_match(value, prefixes) if is_string(value)

# Whether a text ends with one of these.
ends_with(null, _) := false

ends_with(value, suffixes) := strings.any_suffix_match(value, suffixes) if is_string(value)

# Whether a text is the beginning of one of these.
prefix_of(null, _) := false

prefix_of(value, texts) := strings.any_prefix_match(texts, value) if is_string(value)

# Whether a text matches one of these anchored patterns.
matches(null, _) := false

matches(value, patterns) if {
	is_string(value)
	some pattern in patterns
	regex.match(pattern, value)
}

matches(value, patterns) := false if {
	is_string(value)
	every pattern in patterns { regex.match(pattern, value) == false }
}

# Whether an image's registry and repository, with a last slash, match one of these patterns.
image_within(null, _) := false

image_within(name, patterns) := matches(concat("", [name, "/"]), patterns) if is_string(name)

# A path with one last slash.
slashed(path) := path if endswith(path, "/")

slashed(path) := concat("", [path, "/"]) if not endswith(path, "/")

# Whether a path is one of these or lies below one. They have a last slash.
within(null, _) := false

within(path, places) := starts_with(slashed(path), places) if is_string(path)

# Whether a path is one of these or lies above one. They have a last slash.
covers(null, _) := false

covers(path, places) if {
	is_string(path)
	some place in places
	startswith(place, slashed(path))
}

covers(path, places) := false if {
	is_string(path)
	every place in places { startswith(place, slashed(path)) == false }
}

# Whether a number is so great or greater.
at_least(null, _) := false

at_least(value, bound) := value >= bound if {
	is_number(value)
	is_number(bound)
}

at_least(value, null) := false if is_number(value)

# Whether a number is so small or smaller.
at_most(null, _) := false

at_most(value, bound) := value <= bound if {
	is_number(value)
	is_number(bound)
}

at_most(value, null) := false if is_number(value)

# Whether a list holds one of these.
contains_any(null, _) := false

contains_any(list, values) if {
	is_array(list)
	some value in values
	value in list
}

contains_any(list, values) := false if {
	is_array(list)
	every value in values { not value in list }
}

# Whether a list holds all of these.
contains_all(null, _) := false

contains_all(list, values) if {
	is_array(list)
	every value in values { value in list }
}

contains_all(list, values) := false if {
	is_array(list)
	some value in values
	not value in list
}

# Whether a list holds nothing but these; an absent one does.
subset_of(null, _) := true

subset_of(list, values) if {
	is_array(list)
	every item in list { item in values }
}

subset_of(list, values) := false if {
	is_array(list)
	some item in list
	not item in values
}

# Whether a list, a map or a text has so many elements; an absent one has none.
has_at_least(null, least) := 0 >= least

has_at_least(value, least) := count(value) >= least if is_array(value)

has_at_least(value, least) := count(value) >= least if is_object(value)

has_at_least(value, least) := count(value) >= least if is_string(value)

# Whether no two items of a list are equal; an absent one has none.
is_distinct(null) := true

is_distinct(list) := count({item | some item in list}) == count(list) if {
	is_array(list)
	every item in list { is_scalar(item) }
}

# A text, a whole number or a boolean.
is_scalar(value) if is_string(value)

is_scalar(value) if is_number(whole(value))

is_scalar(value) if is_boolean(value)

# The list that a map has for a text; empty if it has none.
entry(map, key) := object.get(map, [key], [])
