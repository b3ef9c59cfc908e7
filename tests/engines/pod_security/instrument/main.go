// Command instrument writes the library's checks with counts in them, and an overlay
// for `go build` that puts them into the package counted.
//
//	go run ./instrument FOLDER
//	go build -overlay FOLDER/overlay.json .
//
// It is run in the module's folder, and writes into FOLDER alone.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// library is the package that is copied.
const library = "k8s.io/pod-security-admission/policy"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: instrument FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write writes the copy and the overlay into a folder.
func write(folder string) error {
	source, err := exec.Command("go", "list", "-f", "{{.Dir}}", library).Output()
	if err != nil {
		return fmt.Errorf("find %s: %w", library, err)
	}
	copied, err := copyOf(strings.TrimSpace(string(source)))
	if err != nil {
		return err
	}
	place, err := filepath.Abs("counted")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	replaced := map[string]string{filepath.Join(place, "library.go"): ""}
	for name, text := range copied {
		written, err := filepath.Abs(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(written, text, 0o644); err != nil {
			return err
		}
		replaced[filepath.Join(place, name)] = written
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "overlay.json"), overlay, 0o644)
}

// copyOf gives the files of the copy: the checks and what they use, but not the registry that chooses among them.
func copyOf(folder string) (map[string][]byte, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	var found conditions
	for _, path := range paths {
		name := filepath.Base(path)
		if strings.HasSuffix(name, "_test.go") || name == "registry.go" || name == "doc.go" {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		// checks.go only lists the checks, and runs before anything could be counted.
		files[name], err = found.instrument(name, text, name != "checks.go")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	files["registered.go"] = found.registration()
	return files, nil
}
