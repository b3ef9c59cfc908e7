# A value as texts show it: in one line, without characters that have no width, and not too long.
default shown(_) := "nothing"

shown(value) := shortened(concat(" ", regex.find_n(visible, value, -1))) if is_string(value)

shown(true) := "true"

shown(false) := "false"

shown(value) := shown_number(value) if is_number(value)

shown(value) := "a list" if is_array(value)

shown(value) := "a map" if is_object(value)

# What isn't a control character, changes no direction and has a width.
visible := `[^\x{0}-\x{1F}\x{7F}-\x{9F}\x{200B}-\x{200F}\x{2028}-\x{202E}\x{2060}-\x{2069}\x{FEFF}]+`

# Only whole numbers are shown.
shown_number(value) := format_int(number, 10) if {
	number := whole(value)
} else := "a number"

shortened(text) := text if count(text) <= 80

shortened(text) := concat("", [substring(text, 0, 80), "…"]) if count(text) > 80

# The value at the end of the steps as texts show it.
shown_at(from, steps) := shown(object.get({"from": from}, array.concat(["from"], steps), null))

# How a container is named in texts.
container_label(list, container) := sprintf("%s/%s", [list, shown(first(array.concat(names, ["?"])))]) if {
	names := [name | name := get(container, ["name"])]
}

# How what has a security context or an image is named in texts.
holder_label("pod", _) := "pod"

holder_label("volumes", volume) := sprintf("volume %s", [element_name(volume, ["name"])])

holder_label(place, container) := container_label(place, container) if not place in ["pod", "volumes"]

# The name of an element: the first of these fields that has a value, or the element itself if it is no map.
element_name(element, fields) := shown(names[0]) if {
	is_object(element)
	names := [name |
		some field in fields
		name := object.get(element, field, null)
		name != null
	]
} else := shown(element) if {
	not is_object(element)
	element != null
} else := "?"

# The first violations, sorted, each text once, and the count of those left out.
joined(violations) := concat("; ", array.concat(fitting, others)) if {
	listed := array.slice(violations, 0, 20)
	distinct := sort({text | some text in listed})
	fitting := [text |
		some position, text in distinct
		lengths := [count(before) | some before in array.slice(distinct, 0, position + 1)]
		sum(lengths) + (2 * position) <= 1200
	]
	left_out := (count(violations) - count(listed)) + (count(distinct) - count(fitting))
	others := [sprintf("and %d more", [left_out]) | left_out > 0]
}

# The text of a denial.
denial(rule, violations, help) := concat(" ", [sentence | some sentence in [text, help]; sentence != ""]) if {
	object_name := shown(first(array.concat(given_names, ["?"])))
	text := sprintf("%s %s/%s: %s.", [rule, input.review.kind.kind, object_name, joined(violations)])
}

# The name of the object, and the beginning of the one that the API server makes.
given_names := [name |
	some field in ["name", "generateName"]
	name := get(input.review.object, ["metadata", field])
	is_string(name)
	name != ""
]
