// Only Karpenter's CustomResourceDefinitions are used; nothing of it is built.
module palisade/tests/cluster/modules/karpenter

go 1.26.6

require sigs.k8s.io/karpenter v1.13.0
