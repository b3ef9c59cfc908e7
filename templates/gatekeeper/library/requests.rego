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
