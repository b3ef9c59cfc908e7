// The library as it is: what stands here in a build without the overlay.

package counted

import "k8s.io/pod-security-admission/policy"

// DefaultChecks gives the library's checks.
func DefaultChecks() []policy.Check {
	return policy.DefaultChecks()
}
