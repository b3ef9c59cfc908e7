//! Volumes of every type.

use serde_json::{Map, Value, json};

use super::entry;
use crate::aspect::{Aspect, Draw};

/// Sources that the restricted level allows, each as small as it can be, and as it is in use.
const ALLOWED: &[(&str, &str)] = &[
    ("configMap", "{}"),
    ("configMap", r#"{"name": "x"}"#),
    ("csi", r#"{"driver": "secrets-store.csi.k8s.io"}"#),
    ("downwardAPI", r#"{"items": null}"#),
    ("emptyDir", "{}"),
    ("emptyDir", r#"{"medium": "Memory", "sizeLimit": "1Gi"}"#),
    (
        "ephemeral",
        r#"{"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}}"#,
    ),
    ("image", r#"{"reference": "registry.example.com/data:1"}"#),
    ("persistentVolumeClaim", r#"{"claimName": "x"}"#),
    ("projected", r#"{"sources": []}"#),
    ("projected", r#"{"sources": [{"serviceAccountToken": {"path": "token"}}]}"#),
    ("secret", r#"{"secretName": "x"}"#),
];

/// All other sources of the API.
const OTHER: &[(&str, &str)] = &[
    ("hostPath", r#"{"path": "/"}"#),
    ("hostPath", r#"{"path": "/var/log", "type": ""}"#),
    ("hostPath", "{}"),
    ("hostPath", r#"{"path": "/x", "type": null}"#),
    ("gcePersistentDisk", r#"{"pdName": "x"}"#),
    ("awsElasticBlockStore", r#"{"volumeID": "x"}"#),
    ("gitRepo", r#"{"repository": "x"}"#),
    ("nfs", r#"{"server": "x", "path": "/"}"#),
    ("iscsi", r#"{"targetPortal": "x", "iqn": "x", "lun": 0}"#),
    ("glusterfs", r#"{"endpoints": "x", "path": "x"}"#),
    ("rbd", r#"{"monitors": ["x"], "image": "x"}"#),
    ("flexVolume", r#"{"driver": "x"}"#),
    ("cinder", r#"{"volumeID": "x"}"#),
    ("cephfs", r#"{"monitors": ["x"]}"#),
    ("flocker", "{}"),
    ("fc", r#"{"wwids": ["x"]}"#),
    ("azureFile", r#"{"secretName": "x", "shareName": "x"}"#),
    ("azureDisk", r#"{"diskName": "x", "diskURI": "x"}"#),
    ("vsphereVolume", r#"{"volumePath": "x"}"#),
    ("quobyte", r#"{"registry": "x", "volume": "x"}"#),
    ("portworxVolume", r#"{"volumeID": "x"}"#),
    ("photonPersistentDisk", r#"{"pdID": "x"}"#),
    ("scaleIO", r#"{"gateway": "x", "system": "x", "secretRef": null}"#),
    ("storageos", "{}"),
];

/// One in so many volumes has a second source, which the API server refuses.
const SECOND_SOURCE: usize = 100;

/// The list of volumes: absent, null, or a list.
pub fn list(draw: &mut Draw) -> Option<Value> {
    match draw.below(6) {
        0 => return None,
        1 => return entry(draw.one(&["null", "[]"])),
        _ => {}
    }
    let count = 1 + draw.below(3);
    Some((0..count).map(|index| volume(draw, index)).collect())
}

fn volume(draw: &mut Draw, index: usize) -> Value {
    let mut volume = Map::new();
    volume.insert("name".to_owned(), json!(format!("volume-{index}")));
    if draw.once_in(10) {
        // No source: the API server makes it an emptyDir.
        if draw.once_in(2) {
            volume.insert("hostPath".to_owned(), Value::Null);
        }
        return Value::Object(volume);
    }
    let sources = if draw.is_loose(Aspect::Volumes) && draw.once_in(SECOND_SOURCE) { 2 } else { 1 };
    for _ in 0..sources {
        let (source, text) = draw.from(Aspect::Volumes, ALLOWED, OTHER);
        volume.extend(entry(text).map(|value| (source.to_owned(), value)));
    }
    if draw.once_in(6) {
        let (source, _) = draw.one(OTHER);
        volume.entry(source).or_insert(Value::Null);
    }
    Value::Object(volume)
}
