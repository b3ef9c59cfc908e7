// YAML as kubectl reads it: split into documents, each turned into JSON.

package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// readYAML gives the documents of a text in order. As in kubectl, an empty document
// and one that is null are left out, and of a repeated key the last value counts
// (StrictError tells of it). Unlike kubectl it goes on after a document that can't be read.
func readYAML(text string) []yamlDocument {
	if _, _, isJSON := utilyaml.GuessJSONStream(strings.NewReader(text), 4096); isJSON {
		return readJSONStream(text)
	}
	documents := []yamlDocument{}
	reader := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for {
		chunk, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return documents
		}
		if err != nil {
			return append(documents, yamlDocument{Error: err.Error()})
		}
		if read, present := readYAMLDocument(chunk); present {
			documents = append(documents, read)
		}
	}
}

func readYAMLDocument(chunk []byte) (yamlDocument, bool) {
	value, err := yaml.YAMLToJSON(chunk)
	if err != nil {
		return yamlDocument{Error: err.Error()}, true
	}
	value = bytes.TrimSpace(value)
	if len(value) == 0 || bytes.Equal(value, []byte("null")) {
		return yamlDocument{}, false
	}
	read := yamlDocument{JSON: value}
	if _, err := yaml.YAMLToJSONStrict(chunk); err != nil {
		read.StrictError = err.Error()
	}
	return read, true
}

// readJSONStream reads a text that starts with a brace: JSON values one after the
// other, or YAML in flow style, which kubectl falls back to. It ends at the first error.
func readJSONStream(text string) []yamlDocument {
	documents := []yamlDocument{}
	decoder := utilyaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	for {
		var value runtime.RawExtension
		err := decoder.Decode(&value)
		if errors.Is(err, io.EOF) {
			return documents
		}
		if err != nil {
			return append(documents, yamlDocument{Error: err.Error()})
		}
		if read, present := readYAMLDocument(value.Raw); present {
			documents = append(documents, read)
		}
	}
}
