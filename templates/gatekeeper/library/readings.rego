# The value at the end of the steps; null if it or a step on the way is absent. Undefined, so that nothing can be said of
# it, if a step isn't into a map.
get(from, steps) := value if {
	value := object.get(from, steps, null)
	value != null
} else := null if {
	is_object(object.get(from, array.slice(steps, 0, count(steps) - 1), null))
} else := null if {
	count(steps) > 0
	every depth, _ in steps {
		is_map(object.get(from, array.slice(steps, 0, depth), null))
	}
}

get(from, []) := from

get(null, _) := null

# The same where a shape looks at all steps: what isn't a map on the way counts as absent.
found(from, steps) := object.get(from, steps, null)

found(null, _) := null

# A map or absent.
is_map(null)

is_map(value) if is_object(value)

# The items of a list; none if it is absent.
items(from, steps) := list if {
	list := object.get(from, steps, null)
	is_array(list)
} else := [] if {
	get(from, steps) == null
}

# The entries of a map; none if it is absent.
entries(from, steps) := map if {
	map := object.get(from, steps, null)
	is_object(map)
} else := {} if {
	get(from, steps) == null
}

# The value, or another one if it is absent.
or_else(null, other) := other

or_else(value, _) := value if value != null

# The first value that isn't absent.
first(values) := value if {
	present := [value | some value in values; value != null]
	value := present[0]
} else := null

# The namespace of an object that lives in one.
namespace := "default" if get(input.review.object, ["metadata", "namespace"]) in [null, ""]

namespace := value if {
	value := get(input.review.object, ["metadata", "namespace"])
	not value in [null, ""]
}

# The service account of a Pod.
service_account(pod) := value if {
	is_map(pod)
	named := [name |
		some field in ["serviceAccountName", "serviceAccount"]
		name := get(pod, [field])
		not name in [null, ""]
	]
	value := named[0]
} else := "default" if {
	is_map(pod)
}

# The lists of a Pod's containers.
container_lists := ["containers", "initContainers", "ephemeralContainers"]

# These lists of a Pod are lists of maps, so that nothing is missing from what is collected out of them.
is_whole(pod, lists) if {
	every list in lists {
		every item in items(pod, [list]) { is_map(item) }
	}
}

# The securityContext of the Pod, then that of each container.
security_contexts(pod) := array.concat([get(pod, ["securityContext"])], [value |
	some list in container_lists
	some container in items(pod, [list])
	value := get(container, ["securityContext"])
])

# The image of each container, then that of each volume that is an image.
images(pod) := array.concat(
	[value |
		some list in container_lists
		some container in items(pod, [list])
		value := get(container, ["image"])
	],
	[value |
		some volume in items(pod, ["volumes"])
		get(volume, ["image"]) != null
		value := get(volume, ["image", "reference"])
	],
)

# Those fields that have a value.
fields(places) := [value | some [_, value] in fields_by_path(places)]

# The same, each behind its path.
fields_by_path(places) := [[path, value] |
	some place in places
	value := get(place.from, place.steps)
	value != null
	path := concat(".", place.steps)
]

# The volumes of a Pod by name, each in a list of one; of two with one name the first counts.
volumes_by_name(pod) := object.union_n([{volume.name: [volume]} |
	some volume in array.reverse(items(pod, ["volumes"]))
	is_string(volume.name)
])

# The volume of a container's mount.
volume_of(volumes, mount) := volume if {
	volume := volumes[mount.name][0]
} else := null

# A boolean, or absent.
boolean(null) := null

boolean(value) := value if is_boolean(value)

# A text, or absent.
text(null) := null

text(value) := value if is_string(value)

# A whole number, or absent.
whole(null) := null

whole(value) := value if {
	is_number(value)
	value == floor(value)
	value >= -9007199254740991
	value <= 9007199254740991
}

# A whole number that may be written as text, or absent.
integer(null) := null

integer(value) := whole(value) if is_number(value)

integer(value) := to_number(regex.replace(value, `^(-?)0+([0-9])`, "$1$2")) if {
	is_string(value)
	regex.match(`^-?[0-9]{1,15}$`, value)
}

# An exact quantity, or absent. OPA reads `m` as a float, and `e-3` exactly.
quantity(null) := null

quantity(value) := whole(value) if {
	is_number(value)
	value >= 0
}

quantity(value) := units.parse(regex.replace(value, `m$`, "e-3")) if {
	is_string(value)
	regex.match(`^[0-9]{1,15}(\.[0-9]{1,6})?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][0-9]{1,2})?$`, value)
}

# A duration in nanoseconds, or absent.
duration(null) := null

duration(value) := time.parse_duration_ns(value) if {
	is_string(value)
	value != ""
	regex.match(`^([0-9]{1,5}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$`, value)
}

# A clean host path with a last slash, or absent; /var/run is /run.
host_path(null) := null

host_path(value) := regex.replace(clean, `^/var/run/`, "/run/") if {
	is_string(value)
	startswith(value, "/")
	segments := [segment | some segment in split(value, "/"); not segment in ["", "."]]
	every segment in segments { segment != ".." }
	clean := concat("/", array.concat(array.concat([""], segments), [""]))
}

# The registry and the repository of an image reference, as Docker reads it, or absent.
image(null) := null

image(value) := with_registry(regex.replace(split(value, "@")[0], `:[^:/]*$`, "")) if {
	is_string(value)
	regex.match(`^([A-Za-z0-9]+((\.|_|__|-+)[A-Za-z0-9]+)*(:[0-9]{1,5})?/)?[A-Za-z0-9]+((\.|_|__|-+)[A-Za-z0-9]+)*(/[A-Za-z0-9]+((\.|_|__|-+)[A-Za-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9._-]*)?(@[A-Za-z0-9]+([+._-][A-Za-z0-9]+)*:[A-Za-z0-9]+)?$`, value)
}

with_registry(name) := regex.replace(name, `^(index\.)?docker\.io/([^/]*)$`, "docker.io/library/$2") if {
	regex.match(`^(index\.)?docker\.io/[^/]*$`, name)
} else := regex.replace(name, `^index\.docker\.io/`, "docker.io/") if {
	regex.match(`^([^/]*[.:A-Z][^/]*|localhost)/`, name)
} else := concat("", ["docker.io/", name]) if {
	contains(name, "/")
} else := concat("", ["docker.io/library/", name])

# What an expression matches in a text, one behind the other; absent if the text is.
find(_, null) := null

find(pattern, text) := regex.find_n(pattern, text, -1) if is_string(text)

# The sum of numbers; absent if one is.
total(values) := null if null in values

total(values) := sum(values) if {
	every value in values { value != null }
}
