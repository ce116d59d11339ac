/** Under `access/cluster-secret`: what all nodes know and nobody else. Sealed with the key of the state folder. */
export interface ClusterSecretDocument {
  readonly sealedSecret: string
}

export const clusterSecretKey = 'access/cluster-secret'
export const clusterSecretBytes = 32
