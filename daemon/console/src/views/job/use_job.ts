// A job, asked for again and again until it is over.
import { getJob } from "../../api/calls";
import type { Job } from "../../api/types";
import { type Resource, useResource } from "../../hooks/resource";
import { useInterval } from "../../hooks/timing";
import { isActive } from "./progress";

const every = 700;  // milliseconds

export function useJob(id: string | null): Resource<Job> {
  const job = useResource(id ? `job ${id}` : null, (signal) => getJob(id!, signal));
  useInterval(job.reload, job.data && isActive(job.data) ? every : null);
  return job;
}
