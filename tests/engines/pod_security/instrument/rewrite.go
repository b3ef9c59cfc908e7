// Go source with counts in it: each function, each operand of each condition, and each case.

package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"sort"
	"strings"
)

// found is a condition in the source.
type found struct {
	function, place, text string
	onlyTaken             bool
}

// conditions are those that were found so far, over all files.
type conditions []found

// insertion is text that is put in at an offset.
type insertion struct {
	offset int
	text   string
}

// rewriting is the work on one file.
type rewriting struct {
	all        *conditions
	files      *token.FileSet
	source     []byte
	insertions []insertion
	function   string
	// marked are the expressions that are counted already.
	marked map[ast.Expr]bool
}

// instrument gives the source of a file as part of the package counted, with counts in it if they are wanted.
func (c *conditions) instrument(name string, source []byte, wanted bool) ([]byte, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	work := &rewriting{all: c, files: files, source: source, marked: map[ast.Expr]bool{}}
	for _, declared := range file.Decls {
		if function, is := declared.(*ast.FuncDecl); is && function.Body != nil && wanted {
			work.inFunction(function)
		}
	}
	return work.written(file.Name), nil
}

// registration is the file that tells the package counted of the conditions.
func (c conditions) registration() []byte {
	var text bytes.Buffer
	text.WriteString("package counted\n\nfunc init() {\n\tregister([]Condition{\n")
	for _, one := range c {
		fmt.Fprintf(&text, "\t\t{Function: %q, Place: %q, Text: %q, OnlyTaken: %t},\n", one.function, one.place, one.text, one.onlyTaken)
	}
	text.WriteString("\t})\n}\n")
	return text.Bytes()
}

func (r *rewriting) inFunction(function *ast.FuncDecl) {
	r.function = function.Name.Name
	before := len(*r.all)
	ast.Inspect(function.Body, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.IfStmt:
			r.mark(node.Cond)
		case *ast.BinaryExpr:
			if node.Op == token.LAND || node.Op == token.LOR {
				r.mark(node)
			}
		case *ast.SwitchStmt:
			for _, clause := range node.Body.List {
				r.inCase(node, clause.(*ast.CaseClause))
			}
		}
		return true
	})
	if len(*r.all) > before {
		r.insert(function.Body.Lbrace+1, fmt.Sprintf(" entered(%q);", r.function))
	}
}

// inCase counts the conditions of a case, or, in a switch over a value, that it is taken.
func (r *rewriting) inCase(of *ast.SwitchStmt, clause *ast.CaseClause) {
	if of.Tag == nil {
		for _, condition := range clause.List {
			r.mark(condition)
		}
		return
	}
	r.add(clause.Pos(), clause.Colon, true)
	r.insert(clause.Colon+1, fmt.Sprintf(" seen(%d, true);", len(*r.all)-1))
}

// mark counts the outcomes of the operands of a condition.
func (r *rewriting) mark(condition ast.Expr) {
	if r.marked[condition] {
		return
	}
	r.marked[condition] = true
	switch operator := condition.(type) {
	case *ast.ParenExpr:
		r.mark(operator.X)
		return
	case *ast.UnaryExpr:
		if operator.Op == token.NOT {
			r.mark(operator.X)
			return
		}
	case *ast.BinaryExpr:
		if operator.Op == token.LAND || operator.Op == token.LOR {
			r.mark(operator.X)
			r.mark(operator.Y)
			return
		}
	}
	r.add(condition.Pos(), condition.End(), false)
	r.insert(condition.Pos(), fmt.Sprintf("seen(%d, ", len(*r.all)-1))
	r.insert(condition.End(), ")")
}

func (r *rewriting) add(from, to token.Pos, onlyTaken bool) {
	place := r.files.Position(from)
	text := string(r.source[place.Offset:r.files.Position(to).Offset])
	*r.all = append(*r.all, found{
		function: r.function, place: fmt.Sprintf("%s:%d", place.Filename, place.Line),
		text: strings.Join(strings.Fields(text), " "), onlyTaken: onlyTaken,
	})
}

func (r *rewriting) insert(at token.Pos, text string) {
	r.insertions = append(r.insertions, insertion{offset: r.files.Position(at).Offset, text: text})
}

// written gives the source with the insertions, and the package's other name.
func (r *rewriting) written(name *ast.Ident) []byte {
	sort.SliceStable(r.insertions, func(one, other int) bool {
		return r.insertions[one].offset < r.insertions[other].offset
	})
	var text bytes.Buffer
	done := r.files.Position(name.End()).Offset
	text.Write(r.source[:r.files.Position(name.Pos()).Offset])
	text.WriteString("counted")
	for _, put := range r.insertions {
		text.Write(r.source[done:put.offset])
		text.WriteString(put.text)
		done = put.offset
	}
	text.Write(r.source[done:])
	return text.Bytes()
}
