// Judging by Gatekeeper's constraints: the request as its webhook hands it to the constraint client.

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/go-logr/logr"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/reviews"
	constrainttypes "github.com/open-policy-agent/frameworks/constraint/pkg/types"
	mutationtypes "github.com/open-policy-agent/gatekeeper/v3/pkg/mutation/types"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/target"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/util"
	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// gatekeeperSet is a constraint client with its templates and constraints.
type gatekeeperSet struct {
	client     *client.Client
	namespaces namespacesByName
}

func (s *gatekeeperSet) judge(ctx context.Context, asked admission) verdict {
	review, err := s.augmentedReview(asked)
	if err != nil {
		return refusedVerdict(err)
	}
	options := []reviews.ReviewOpt{
		reviews.EnforcementPoint(util.WebhookEnforcementPoint), reviews.Tracing(false), reviews.Stats(false),
	}
	if option := util.NamespaceReviewOpt(review.Namespace, logr.Discard()); option != nil {
		options = append(options, option)
	}
	responses, err := s.client.Review(ctx, review, options...)
	if err != nil {
		// The webhook answers 500, which refuses the request.
		return newVerdict([]violation{{Action: actionDeny, Message: err.Error(), Error: true}})
	}
	var violations []violation
	for _, result := range responses.Results() {
		violations = append(violations, violationsOf(result)...)
	}
	slices.SortStableFunc(violations, func(left, right violation) int {
		return cmp.Or(cmp.Compare(left.Policy, right.Policy), cmp.Compare(left.Message, right.Message))
	})
	return newVerdict(violations)
}

// augmentedReview makes what the webhook makes of an admission request.
func (s *gatekeeperSet) augmentedReview(asked admission) (*target.AugmentedReview, error) {
	kind := metav1.GroupVersionKind(asked.kind)
	resource := metav1.GroupVersionResource(asked.resource)
	dryRun := false
	asRequest := &admissionv1.AdmissionRequest{
		UID:  "00000000-0000-0000-0000-000000000000",
		Kind: kind, Resource: resource, SubResource: asked.subresource,
		RequestKind: &kind, RequestResource: &resource, RequestSubResource: asked.subresource,
		Name: asked.name, Namespace: asked.namespace, Operation: admissionv1.Operation(asked.operation),
		UserInfo: authenticationv1.UserInfo{Username: asked.user.Username, Groups: asked.user.Groups},
		DryRun:   &dryRun,
	}
	for _, part := range []struct {
		from runtime.Object
		to   *runtime.RawExtension
	}{{asked.object, &asRequest.Object}, {asked.oldObject, &asRequest.OldObject}, {asked.options, &asRequest.Options}} {
		if part.from == nil {
			continue
		}
		raw, err := json.Marshal(part.from)
		if err != nil {
			return nil, err
		}
		part.to.Raw = raw
	}
	review := &target.AugmentedReview{AdmissionRequest: asRequest, Source: mutationtypes.SourceTypeOriginal, IsAdmission: true}
	// The webhook takes the namespace off the request for a Namespace.
	if asked.isNamespace() {
		asRequest.Namespace = ""
	}
	review.Namespace = s.namespaces[asRequest.Namespace]
	return review, nil
}

// violationsOf gives one violation for each action of a result.
func violationsOf(result *constrainttypes.Result) []violation {
	actions := []string{result.EnforcementAction}
	if result.EnforcementAction == string(util.Scoped) {
		actions = result.ScopedEnforcementActions
	}
	// The driver sets details for each violation that a template gives, an empty
	// object at least; what it says of a failed evaluation or match has none.
	details, hasDetails := result.Metadata["details"].(map[string]any)
	if len(details) == 0 {
		details = nil
	}
	violations := make([]violation, len(actions))
	for index, action := range actions {
		if action == string(util.Dryrun) {
			action = actionAudit
		}
		violations[index] = violation{
			Policy: result.Constraint.GetName(), Action: action, Message: result.Msg, Error: !hasDetails, Details: details,
		}
	}
	return violations
}
