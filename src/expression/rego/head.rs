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
            (Need::ServiceAccount, Need::Pod),
            (Need::Pod, Need::PodPath),
            (Need::PodPath, Need::TemplatePath),
            (Need::PodMetadata, Need::MetadataPath),
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
            Need::Pod => {
                self.or_absent("# The Pod's spec.", "pod", "palisade.get(input.review.object, pod_path)")
            }
            Need::PodMetadata => {
                let value = "palisade.get(input.review.object, metadata_path)";
                self.or_absent("# The metadata of the Pod or of its template.", "pod_metadata", value)
            }
            Need::ServiceAccount => {
                let value = "palisade.service_account(pod)";
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
        let rules: Vec<_> = places
            .iter()
            .map(|(path, kinds)| {
                let head = format!("template_path := {}", literal::texts(path));
                if is_only { head } else { literal::rule(&head, &[self.is_of_kind(kinds)]) }
            })
            .collect();
        format!("# Where the Pod or its template is.\n{}", rules.join("\n\n"))
    }
}
