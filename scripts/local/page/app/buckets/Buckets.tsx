export function Buckets() {
  return null
}
