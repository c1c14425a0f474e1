//go:build tools

// Package engine exists so that go.mod and go.sum pin everything the Pulumi command needs.
// The command itself is built by its own import path; see ../build.py.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
