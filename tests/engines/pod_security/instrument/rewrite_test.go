// Tests of the rewriting: on a source that has everything, and on the library.

package main

import (
	"slices"
	"testing"
)

func TestEachOperandAndEachCaseIsCounted(test *testing.T) {
	source := `package policy

func plain() int { return 1 }

func asks(a, b *bool, name string) bool {
	if a != nil && !(*a || b == nil) {
		return true
	}
	switch {
	case a == nil, b == nil:
		return false
	}
	switch name {
	case "x":
		return true
	default:
	}
	return len(name) > 0 && *b
}
`
	expected := `package counted

func plain() int { return 1 }

func asks(a, b *bool, name string) bool { entered("asks");
	if seen(0, a != nil) && !(seen(1, *a) || seen(2, b == nil)) {
		return true
	}
	switch {
	case seen(3, a == nil), seen(4, b == nil):
		return false
	}
	switch name {
	case "x": seen(5, true);
		return true
	default: seen(6, true);
	}
	return seen(7, len(name) > 0) && seen(8, *b)
}
`
	var all conditions
	written, err := all.instrument("asks.go", []byte(source), true)
	if err != nil {
		test.Fatal(err)
	}
	if string(written) != expected {
		test.Errorf("%s", written)
	}
	var told []string
	for _, one := range all {
		told = append(told, one.place+" "+one.text)
	}
	places := []string{
		"asks.go:6 a != nil", "asks.go:6 *a", "asks.go:6 b == nil", "asks.go:10 a == nil", "asks.go:10 b == nil",
		"asks.go:14 case \"x\"", "asks.go:16 default", "asks.go:18 len(name) > 0", "asks.go:18 *b",
	}
	if !slices.Equal(told, places) {
		test.Errorf("%q", told)
	}
}

func TestTheLibraryIsCopied(test *testing.T) {
	test.Chdir("..")
	folder := test.TempDir()
	if err := write(folder); err != nil {
		test.Fatal(err)
	}
}
