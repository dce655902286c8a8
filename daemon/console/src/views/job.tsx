export function JobView(_: { id?: string }) { return null; }
