// The versions of the engines inside this program, from its build information.

package main

import (
	"errors"
	"runtime/debug"
	"strings"
)

// engineModules are the modules whose versions are the engines', by the protocol's names.
var engineModules = map[string]string{
	"gatekeeper":  "github.com/open-policy-agent/gatekeeper/v3",
	"constraints": "github.com/open-policy-agent/frameworks/constraint",
	"opa":         "github.com/open-policy-agent/opa",
	"kubernetes":  "k8s.io/kubernetes",
	"cel":         "github.com/google/cel-go",
}

// engineVersions fails in a program that was built without modules.
func engineVersions() (map[string]string, error) {
	build, present := debug.ReadBuildInfo()
	if !present {
		return nil, errors.New("this program has no build information")
	}
	versions := map[string]string{"go": strings.TrimPrefix(build.GoVersion, "go")}
	for name, path := range engineModules {
		for _, module := range build.Deps {
			if module.Path != path {
				continue
			}
			if module.Replace != nil {
				module = module.Replace
			}
			versions[name] = strings.TrimPrefix(module.Version, "v")
		}
	}
	return versions, nil
}
