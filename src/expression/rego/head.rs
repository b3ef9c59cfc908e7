//! The head of a module: where the Pod is in each kind, and what is computed once.

use super::literal;
use super::printer::{Need, Printer};
use crate::ir::{GovernedPart, Kind};

impl Printer<'_> {
    /// The parts whose change makes an UPDATE be judged: a term, and the rules that it needs.
    pub fn governed(&mut self) -> (String, Vec<String>) {
        let (with_pod, without_pod) = self.kinds_by_pod();
        let in_pods = self.parts(&self.rule.governed_in_pods);
        let in_objects = self.parts(&self.rule.governed_in_objects);
        if without_pod.is_empty() {
            (in_pods, Vec::new())
        } else if with_pod.is_empty() || in_pods == in_objects {
            (in_objects, Vec::new())
        } else {
            let rules = [
                literal::rule(&format!("governed := {in_pods}"), &[self.is_of_kind(&with_pod)]),
                literal::rule(&format!("governed := {in_objects}"), &[self.is_of_kind(&without_pod)]),
            ];
            let comment = "# The parts whose change makes an UPDATE be judged.";
            ("governed".to_owned(), vec![format!("{comment}\n{}", rules.join("\n\n"))])
        }
    }

    /// The paths of parts.
    fn parts(&mut self, parts: &[GovernedPart]) -> String {
        let paths: Vec<_> = parts.iter().map(|part| self.part(part)).collect();
        literal::list(&paths)
    }

    /// The path of a part.
    fn part(&mut self, part: &GovernedPart) -> String {
        let metadata = |field: &str| ["metadata".to_owned(), field.to_owned()];
        let template = |field: &str| [field.to_owned()];
        match part {
            GovernedPart::PodSpec => self.need(Need::PodPath),
            GovernedPart::TemplateLabels => {
                Self::path_in(&self.need(Need::MetadataPath), &template("labels"))
            }
            GovernedPart::TemplateAnnotations => {
                Self::path_in(&self.need(Need::MetadataPath), &template("annotations"))
            }
            GovernedPart::Labels => literal::texts(&metadata("labels")),
            GovernedPart::Annotations => literal::texts(&metadata("annotations")),
            GovernedPart::OwnerReferences => literal::texts(&metadata("ownerReferences")),
            GovernedPart::Field(field) => literal::texts(&[field]),
        }
    }

    /// The rules of the head: what others need, before them.
    pub fn head(&mut self) -> Vec<String> {
        for (need, first) in [
            (Need::Volumes, Need::Pod),
            (Need::Images, Need::Pod),
            (Need::Images, Need::Containers),
            (Need::Holders, Need::Pod),
            (Need::Holders, Need::Containers),
            (Need::Containers, Need::Pod),
            (Need::ServiceAccount, Need::ReadablePod),
            (Need::ReadablePod, Need::PodPath),
            (Need::PodPath, Need::TemplatePath),
            (Need::ReadablePodMetadata, Need::MetadataPath),
            (Need::MetadataPath, Need::TemplatePath),
        ] {
            if self.needs.contains(&need) {
                self.needs.insert(first);
            }
        }
        let needs = self.needs.clone();
        let mut rules: Vec<_> = needs.into_iter().filter_map(|need| self.computed(need)).collect();
        if self.needs.contains(&Need::HasPod) {
            let is_one = self.is_one_of(&self.kinds_by_pod().0);
            rules.insert(
                0,
                format!("# Kinds that are or make a Pod.\n{}", literal::rule("has_pod", &[is_one])),
            );
        }
        rules
    }

    /// The rule that computes what is needed; which kinds have a Pod is said last, when it is known whether that is needed.
    fn computed(&mut self, need: Need) -> Option<String> {
        Some(match need {
            Need::HasPod => return None,
            Need::Namespace => self.computed_namespace(),
            Need::TemplatePath => self.computed_template_path(),
            Need::PodPath => format!("pod_path := {}", Self::path_in("template_path", &["spec".to_owned()])),
            Need::MetadataPath => {
                format!("metadata_path := {}", Self::path_in("template_path", &["metadata".to_owned()]))
            }
            Need::Pod => self.computed_by_place("# The Pod's spec.", "pod", "spec"),
            Need::ReadablePod => {
                let value = "palisade.get(input.review.object, pod_path)";
                self.or_absent("# The Pod's spec; undefined if it can't be read.", "readable_pod", value)
            }
            Need::PodMetadata => {
                let comment = "# The metadata of the Pod or of its template.";
                self.computed_by_place(comment, "pod_metadata", "metadata")
            }
            Need::ReadablePodMetadata => {
                let comment =
                    "# The metadata of the Pod or of its template; undefined if they can't be read.";
                let value = "palisade.get(input.review.object, metadata_path)";
                self.or_absent(comment, "readable_pod_metadata", value)
            }
            Need::Containers => CONTAINERS.to_owned(),
            Need::Holders => HOLDERS.to_owned(),
            Need::Images => IMAGES.to_owned(),
            Need::ServiceAccount => {
                let value = "palisade.service_account(readable_pod)";
                self.or_absent("# The Pod's service account.", "service_account", value)
            }
            Need::Volumes => "volumes := palisade.volumes_by_name(pod)".to_owned(),
        })
    }

    /// A value of the Pod, and null for kinds that have none.
    fn or_absent(&mut self, comment: &str, name: &str, value: &str) -> String {
        let (with_pod, without_pod) = self.kinds_by_pod();
        if without_pod.is_empty() {
            return format!("{comment}\n{name} := {value}");
        }
        let present = literal::rule(&format!("{name} := {value}"), &[self.is_of_kind(&with_pod)]);
        let absent = literal::rule(&format!("{name} := null"), &[self.is_of_kind(&without_pod)]);
        format!("{comment}\n{present}\n\n{absent}")
    }

    /// The namespace, where only some kinds live in one.
    fn computed_namespace(&mut self) -> String {
        let (without, with): (Vec<Kind>, Vec<Kind>) =
            self.rule.kinds.iter().cloned().partition(Kind::is_cluster_wide);
        [
            literal::rule("namespace := palisade.namespace", &[self.is_of_kind(&with)]),
            literal::rule("namespace := null", &[self.is_of_kind(&without)]),
        ]
        .join("\n\n")
    }

    /// Where the Pod's template is: one rule for the kinds that have it at the same place.
    fn computed_template_path(&mut self) -> String {
        let rules: Vec<_> = self
            .templates()
            .iter()
            .map(|place| {
                let head = format!("template_path := {}", literal::texts(&place.path));
                literal::rule(&head, &place.guard)
            })
            .collect();
        format!("# Where the Pod or its template is.\n{}", rules.join("\n\n"))
    }

    /// A part of the Pod or of its template, without a look at the way there; without fields where there is none.
    fn computed_by_place(&mut self, comment: &str, name: &str, part: &str) -> String {
        let mut rules = vec![format!("default {name} := {{}}")];
        for Place { mut path, guard } in self.templates() {
            path.push(part.to_owned());
            let head = format!("{name} := {}", literal::field("input.review.object", &path));
            rules.push(literal::rule(&head, &guard));
        }
        format!("{comment}\n{}", rules.join("\n\n"))
    }

    /// The places of the Pod or its template, each with what says that the object has it there.
    fn templates(&mut self) -> Vec<Place> {
        let (with_pod, without_pod) = self.kinds_by_pod();
        let mut places: Vec<(Vec<String>, Vec<Kind>)> = Vec::new();
        for kind in with_pod {
            let path = kind.pod_template.clone().unwrap_or_default();
            match places.iter_mut().find(|(place, _)| *place == path) {
                Some((_, kinds)) => kinds.push(kind),
                None => places.push((path, vec![kind])),
            }
        }
        let is_only = places.len() == 1 && without_pod.is_empty();
        let with_guard = |(path, kinds): (Vec<String>, Vec<Kind>)| {
            let guard = if is_only { Vec::new() } else { vec![self.is_of_kind(&kinds)] };
            Place { path, guard }
        };
        places.into_iter().map(with_guard).collect()
    }
}

/// Where some kinds have their Pod or its template.
struct Place {
    /// The path; empty for the Pod itself.
    path: Vec<String>,
    /// The line that says that the object is of one of these kinds; none if all are.
    guard: Vec<String>,
}

/// All containers of the Pod.
const CONTAINERS: &str = r#"# The containers, each behind the name of its list.
containers := [[list, container] |
	spec := pod
	some list in ["containers", "initContainers", "ephemeralContainers"]
	some container in spec[list]
]"#;

/// What has a security context.
const HOLDERS: &str = r#"# What has a security context: the Pod, and its containers.
holders := array.concat([["pod", pod]], containers)"#;

/// The images, each behind what it is of: of a container always one, which may be absent; of a volume if it is an image.
const IMAGES: &str = r#"# The image of each container, then that of each volume that is an image, each behind what it is of.
images := array.concat(
	[[list, container, palisade.found(container, ["image"])] | some [list, container] in containers],
	[["volumes", volume, palisade.found(volume, ["image", "reference"])] |
		some volume in pod.volumes
		volume.image != null
	],
)"#;
