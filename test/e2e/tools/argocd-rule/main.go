// Asks Argo CD what becomes of objects: reads a JSON list of them as they are in the cluster, and writes for
// each whether a sync with prune deletes it when the source no longer names it, and whether deleting its
// Application with the finalizer does. Both answers are Argo CD's own functions.
package main

import (
	"encoding/json"
	"log"
	"os"
	"unsafe"

	"github.com/argoproj/argo-cd/v3/controller"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	_ "github.com/argoproj/gitops-engine/pkg/sync"
	"github.com/argoproj/gitops-engine/pkg/sync/common"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// argo-cd, controller/appcontroller.go
//
//go:linkname shouldBeDeleted github.com/argoproj/argo-cd/v3/controller.(*ApplicationController).shouldBeDeleted
func shouldBeDeleted(_ *controller.ApplicationController, app *v1alpha1.Application, live *unstructured.Unstructured) bool

// gitops-engine, pkg/sync/sync_context.go
//
//go:linkname pruneObject github.com/argoproj/gitops-engine/pkg/sync.(*syncContext).pruneObject
func pruneObject(_ unsafe.Pointer, live *unstructured.Unstructured, prune, dryRun bool) (common.ResultCode, string)

type answer struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Pruned  bool   `json:"pruned"`
	Deleted bool   `json:"deleted"`
}

func main() {
	var objects []map[string]any
	if err := json.NewDecoder(os.Stdin).Decode(&objects); err != nil {
		log.Fatal(err)
	}
	answers := []answer{}
	for _, object := range objects {
		live := &unstructured.Unstructured{Object: object}
		code, _ := pruneObject(nil, live, true, true)
		answers = append(answers, answer{
			Kind:    live.GetKind(),
			Name:    live.GetName(),
			Pruned:  code == common.ResultCodePruned,
			Deleted: shouldBeDeleted(nil, &v1alpha1.Application{}, live),
		})
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		log.Fatal(err)
	}
}
