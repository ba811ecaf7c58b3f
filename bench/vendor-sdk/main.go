// Creates a cluster with the vendor's SDK in its default settings, waits until it runs, deletes it, and waits until it is
// gone. Prints one line of JSON: what a caller of the SDK knows. bench/vendor-sdk.ts starts it.
//
// Usage: CCE_ENDPOINT=… BCE_ACCESS_KEY_ID=… BCE_SECRET_ACCESS_KEY=… vendor-sdk CLUSTER_NAME
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	v2 "github.com/baidubce/bce-sdk-go/services/cce/v2"
	"github.com/baidubce/bce-sdk-go/services/cce/v2/types"
)

type report struct {
	ClusterID string `json:"clusterID,omitempty"`
	// Error is the error of the create.
	Error string `json:"error,omitempty"`
	// Deleted says that the cluster was seen to be gone after its DELETE.
	Deleted bool `json:"deleted"`
}

const (
	pollInterval = 200 * time.Millisecond
	patience     = time.Minute
)

func main() {
	result, err := run(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		os.Exit(1)
	}
}

func run(clusterName string) (report, error) {
	client, err := v2.NewClient(
		os.Getenv("BCE_ACCESS_KEY_ID"), os.Getenv("BCE_SECRET_ACCESS_KEY"), os.Getenv("CCE_ENDPOINT"))
	if err != nil {
		return report{}, err
	}
	created, err := client.CreateCluster(&v2.CreateClusterArgs{CreateClusterRequest: request(clusterName)})
	if err != nil {
		return report{Error: err.Error()}, nil
	}
	clusterID := created.ClusterID
	running := func() bool {
		shown, err := client.GetCluster(clusterID)
		return err == nil && shown.Cluster.Status.ClusterPhase == types.ClusterPhaseRunning
	}
	if !await(running) {
		return report{}, fmt.Errorf("cluster %s does not run after %s", clusterID, patience)
	}
	if _, err := client.DeleteCluster(&v2.DeleteClusterArgs{ClusterID: clusterID, DeleteResource: true}); err != nil {
		return report{}, err
	}
	gone := func() bool {
		_, err := client.GetCluster(clusterID)
		return err != nil
	}
	return report{ClusterID: clusterID, Deleted: await(gone)}, nil
}

func await(reached func() bool) bool {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(pollInterval) {
		if reached() {
			return true
		}
	}
	return false
}

func request(clusterName string) *v2.CreateClusterRequest {
	return &v2.CreateClusterRequest{
		ClusterSpec: &types.ClusterSpec{
			ClusterName: clusterName,
			K8SVersion:  types.K8S_1_22_5,
			VPCID:       "vpc-1",
			MasterConfig: types.MasterConfig{
				MasterType: types.MasterTypeManaged,
			},
			ContainerNetworkConfig: types.ContainerNetworkConfig{
				Mode:                 types.ContainerNetworkModeKubenet,
				LBServiceVPCSubnetID: "sbn-1",
			},
		},
	}
}
