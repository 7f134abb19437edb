/** The type of a property's value, as AWS describes it. */
export type ValueType =
  | { readonly kind: 'text' | 'number' | 'boolean' | 'anything' }
  | { readonly kind: 'list' | 'map'; readonly of: ValueType }
  | { readonly kind: 'record'; readonly shape: Shape }
  | { readonly kind: 'one of'; readonly types: readonly ValueType[] }

/** A property of a resource, or of a map inside it. */
export interface PropertySpec {
  readonly required: boolean
  readonly type: ValueType
}

/** What may stand in a map of properties. */
export interface Shape {
  readonly names: readonly string[]
  readonly property: (name: string) => PropertySpec | undefined
  /** What CloudFormation tells of the resource when it is made; nobody can set these. */
  readonly attributes: readonly string[]
}

/** AWS's description of the types of resources. */
export interface Spec {
  /** Of a type such as `AWS::Cognito::UserPool`; undefined where the specification does not know it. */
  readonly shapeOf: (type: string) => Shape | undefined
}
