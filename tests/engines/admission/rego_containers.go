// Sets of whole containers in Rego. To put a value into a set, OPA hashes all of it, which for
// containers takes longer than everything else that a rule does.

package main

import (
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
)

// containerLists are the names that lead from a Pod's spec to its containers.
var containerLists = map[string]bool{"containers": true, "initContainers": true, "ephemeralContainers": true}

// containerListsName is the name of the list of these names in the generated library.
const containerListsName = "container_lists"

// setsOfContainers tells where a module puts whole containers into a set. What a variable holds is
// judged by the text of its rule alone: a loop or an assignment over something that names a list of containers.
func setsOfContainers(module *ast.Module) []string {
	var problems []string
	for _, rule := range module.Rules {
		names := namesIn(rule)
		report := func(place *ast.Location) {
			problems = append(problems, fmt.Sprintf("%s: a set of whole containers; walk the lists instead", place))
		}
		if rule.Head.RuleKind() == ast.MultiValue && rule.Head.Key != nil && names.holdContainer(rule.Head.Key) {
			report(rule.Location)
		}
		ast.WalkTerms(rule, func(term *ast.Term) bool {
			switch value := term.Value.(type) {
			case *ast.SetComprehension:
				if names.holdContainer(value.Term) {
					report(term.Location)
				}
			case ast.Set:
				value.Foreach(func(element *ast.Term) {
					if names.holdContainer(element) {
						report(term.Location)
					}
				})
			}
			return false
		})
	}
	return problems
}

// containerNames are the variables of one rule that hold the name of a list of containers, a list of containers, or a container.
type containerNames struct {
	listNames  map[ast.Var]bool
	lists      map[ast.Var]bool
	containers map[ast.Var]bool
}

func namesIn(rule *ast.Rule) containerNames {
	names := containerNames{map[ast.Var]bool{}, map[ast.Var]bool{}, map[ast.Var]bool{}}
	// A list's name, the list, a container: what one stands for may be said behind where it is used.
	for range 3 {
		ast.WalkExprs(rule, func(expression *ast.Expr) bool {
			if declared, isLoop := expression.Terms.(*ast.SomeDecl); isLoop {
				for _, symbol := range declared.Symbols {
					if call, isCall := symbol.Value.(ast.Call); isCall && len(call) >= 3 {
						names.loop(call[len(call)-2], call[len(call)-1])
					}
				}
			} else if expression.IsAssignment() || expression.IsEquality() {
				names.assign(expression.Operand(0), expression.Operand(1))
			}
			return false
		})
	}
	return names
}

// loop notes what `some element in collection` binds.
func (n containerNames) loop(element, collection *ast.Term) {
	variable, isVariable := element.Value.(ast.Var)
	switch {
	case !isVariable:
	case n.isListOfNames(collection):
		n.listNames[variable] = true
	case n.isListOfContainers(collection):
		n.containers[variable] = true
	}
}

// assign notes what `variable := value` binds.
func (n containerNames) assign(target, value *ast.Term) {
	variable, isVariable := target.Value.(ast.Var)
	if !isVariable {
		return
	}
	if n.isListOfContainers(value) {
		n.lists[variable] = true
	}
	if n.isElement(value) {
		n.containers[variable] = true
	}
}

// isListOfNames tells whether a term is the list of the names of lists, as it stands or by its name in the library.
func (n containerNames) isListOfNames(term *ast.Term) bool {
	switch value := term.Value.(type) {
	case *ast.Array:
		return value.Len() > 0 && isListName(value.Elem(0))
	case ast.Set:
		found := false
		value.Foreach(func(element *ast.Term) { found = found || isListName(element) })
		return found
	case ast.Var:
		return value == containerListsName
	case ast.Ref:
		last, isText := value[len(value)-1].Value.(ast.String)
		return isText && last == containerListsName
	default:
		return false
	}
}

// isListOfContainers tells whether a term names a list of containers: a call or a reference with such a name in it.
func (n containerNames) isListOfContainers(term *ast.Term) bool {
	switch value := term.Value.(type) {
	case ast.Var:
		return n.lists[value]
	case ast.Ref:
		return len(value) > 1 && n.isNameOfList(value[len(value)-1])
	case ast.Call:
		for _, argument := range value[1:] {
			if array, isArray := argument.Value.(*ast.Array); isArray && array.Len() > 0 && n.isNameOfList(array.Elem(array.Len()-1)) {
				return true
			}
			if n.isNameOfList(argument) {
				return true
			}
		}
	}
	return false
}

func (n containerNames) isNameOfList(term *ast.Term) bool {
	variable, isVariable := term.Value.(ast.Var)
	return isListName(term) || isVariable && n.listNames[variable]
}

// holdContainer tells whether a term is a container, or an array or an object that holds one.
func (n containerNames) holdContainer(term *ast.Term) bool {
	switch value := term.Value.(type) {
	case ast.Var:
		return n.containers[value]
	case ast.Ref:
		return n.isElement(term)
	case *ast.Array:
		held := false
		value.Foreach(func(element *ast.Term) { held = held || n.holdContainer(element) })
		return held
	case ast.Object:
		held := false
		value.Foreach(func(key, element *ast.Term) { held = held || n.holdContainer(key) || n.holdContainer(element) })
		return held
	default:
		return false
	}
}

func isListName(term *ast.Term) bool {
	text, isText := term.Value.(ast.String)
	return isText && containerLists[string(text)]
}

// isElement tells whether a term is one element of a list of containers: `spec.containers[_]`.
func (n containerNames) isElement(term *ast.Term) bool {
	reference, isReference := term.Value.(ast.Ref)
	if !isReference || len(reference) < 3 {
		return false
	}
	_, isIndex := reference[len(reference)-1].Value.(ast.Var)
	return isIndex && n.isListOfContainers(ast.NewTerm(reference[:len(reference)-1]))
}
