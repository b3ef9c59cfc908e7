# CREATE is judged, and audit, which names no operation, like it; so is an UPDATE that changes one of these parts.
judged(_) if operation in ["", "CREATE"]

judged(parts) if {
	operation == "UPDATE"
	some part in parts
	not unchanged(part)
}

# Of the subresources, only that of ephemeral containers writes what rules read.
operation := object.get(input.review, "operation", "") if {
	object.get(input.review, "subResource", "") in ["", "ephemeralcontainers"]
}

# A part that is null counts as absent.
unchanged(part) if {
	object.get(input.review.object, part, null) == object.get(input.review.oldObject, part, null)
}

# Whether the request comes from a member of one of these groups. Audit comes from nobody.
is_from(groups) if {
	some group in object.get(input.review, ["userInfo", "groups"], [])
	group in groups
}

# The value of a label, in a list; an empty one if it isn't there.
label(holder, key) := [value |
	value := object.get(holder, ["metadata", "labels", key], null)
	value != null
]
