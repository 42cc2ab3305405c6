/** A check-in of the demo team. `met` is the stored answer to whether the goals of the previous day were met. */
export type DemoCheckin = {
  id: string;
  of: string;
  /** UTC. */
  completedAt: string;
  previous: string;
  met: boolean | string;
  next: string;
  blockers: string;
};

/** A report of the demo team. Every active member has a check-in. Those that are not listed here have no answers. */
export type DemoReport = {
  id: string;
  date: string;
  previousDate: string;
  /** UTC, from the documents, although some of the check-ins that they print are later. */
  updatedAt: string;
  checkins: DemoCheckin[];
};

const maintenance = (design: string) => ({
  previous:
    "Repository maintenance complete - everyone should have a little boost in their git fetch and merge speeds, especially from Europe. Closed 7 DO issues. #performance",
  met: "1",
  next: `Break up the onboarding worklow epic. Amend the master style guide with #design changes from ${design}`,
  blockers: "",
});

/**
 * The reports that Status Hero's document prints or names, with their ids. The check-ins of Emma and Hugh (5 February),
 * Dave and Grace are copied from it. For the others it prints only ids, newest first, metrics and tags. Their people
 * and texts are invented so that the metrics and tags are the same.
 */
export const REPORTS: DemoReport[] = [
  {
    id: "be29a5f2-ffe1-4ee9-b554-72f95e2f308a",
    date: "2018-06-18",
    previousDate: "2018-06-15",
    updatedAt: "2018-06-18T16:21:00Z",
    checkins: [
      {
        id: "4eb7f57f-4ddf-419e-a435-44717fd82eaa",
        of: "Grace Pearson",
        completedAt: "2018-06-18T16:21:00Z",
        ...maintenance("@dave"),
      },
    ],
  },
  {
    id: "00b3421b-4311-4df4-9ff9-9120764542f4",
    date: "2018-06-15",
    previousDate: "2018-06-14",
    updatedAt: "2018-06-15T14:21:00Z",
    checkins: [
      {
        id: "f19f6ac7-e30e-48ba-b8ce-419a1e28ff3f",
        of: "Dave Taylor",
        completedAt: "2018-06-15T14:21:00Z",
        ...maintenance("@IreneShaw"),
      },
    ],
  },
  {
    id: "13855d03-0769-49a6-9198-9fd82226191e",
    date: "2018-02-05",
    previousDate: "2018-02-02",
    updatedAt: "2018-02-05T13:48:00Z",
    checkins: [
      {
        id: "75dbb4af-c2a4-4fba-9dbf-d61234b16fee",
        of: "Grace Pearson",
        completedAt: "2018-02-05T15:22:00Z",
        previous: "The build agents are in the new rack. #devops",
        met: true,
        next: "Fit the SSDs for @HughOliver, then patch the gateway. #security",
        blockers: "The second crate of SSDs is held at customs",
      },
      {
        id: "ccef1bea-661e-4857-8de1-1089f651ead9",
        of: "Emma Garrett",
        completedAt: "2018-02-05T15:00:00Z",
        previous:
          "Souped up the demo account for the #sales meeting. Ran throught the pitch a couple times with @IreneShaw.",
        met: true,
        next: "Prep and host this month's Redis meetup. We may be scrambling to fill the second speaker slot. Start clearing outstanding OAuth connector tickets.",
        blockers: "Waiting on facilities for room request",
      },
      {
        id: "38ac9d7b-80c5-4986-b1d8-b1783249c7d2",
        of: "Irene Shaw",
        completedAt: "2018-02-05T14:55:00Z",
        previous: "The pitch deck is final. #bravo to @EmmaGarrett for two patient rehearsals.",
        met: true,
        next: "Turn what was asked after the pitch into a one-pager. #marketing",
        blockers: "",
      },
      {
        id: "2ab4751c-c7ef-4b45-a79c-ac9822d708f6",
        of: "Hugh Oliver",
        completedAt: "2018-02-05T14:51:00Z",
        previous:
          "* Got through 22 of the 34 outstanding defects for the OAuth connector\n* Reconfig'd Devops dashboard to poll more often #optimization",
        met: true,
        next: "Get CI runs to be _much faster_, both in locally and in all branch runs. Lean on @GracePearson if necessary for SSDs.",
        blockers: "",
      },
      {
        id: "efcae075-21f5-45c2-92db-e2079b3e83f2",
        of: "Dave Taylor",
        completedAt: "2018-02-05T14:30:00Z",
        previous: "Half of the onboarding screens; the other half turned out to need new copy.",
        met: false,
        next: "Finish the onboarding screens. #mobile",
        blockers: "Copy for the last three screens",
      },
      {
        id: "b1b2da8b-67cc-40a7-9bed-e7fb59b36245",
        of: "Bruno Almeida",
        completedAt: "2018-02-05T13:05:00Z",
        previous: "Found why the app crashes when the phone is turned. The fix is not out yet.",
        met: false,
        next: "Ship it. #hotfix #highpriority",
        blockers: "",
      },
      {
        id: "fd8dbb91-38b3-4e18-b716-98e259713f68",
        of: "Priya Nair",
        completedAt: "2018-02-05T12:40:00Z",
        previous: "Wrote the test plan for the OAuth connector. #planning",
        met: true,
        next: "Run it against staging.",
        blockers: "Staging still has last week's certificates",
      },
      {
        id: "33579827-686f-43b7-8d84-fd2cc4b380d1",
        of: "Kaori Tanaka",
        completedAt: "2018-02-05T11:15:00Z",
        previous: "Went through four pull requests. #review",
        met: true,
        next: "Rate limits for the public API. #development",
        blockers: "",
      },
    ],
  },
  {
    id: "77390f38-1cf5-441c-a1a4-a60242f97129",
    date: "2018-02-02",
    previousDate: "2018-02-01",
    updatedAt: "2018-02-02T13:48:00Z",
    checkins: [
      {
        id: "75983cad-1ca7-4671-a264-92b5220fe5cd",
        of: "Grace Pearson",
        completedAt: "2018-02-02T15:10:00Z",
        previous: "Power and network for the new rack. #devops",
        met: true,
        next: "Move the build agents over.",
        blockers: "",
      },
      {
        id: "f1f621c0-9d6b-4b03-adb3-468862439b58",
        of: "Emma Garrett",
        completedAt: "2018-02-02T14:58:00Z",
        previous: "Found a first speaker for the Redis meetup.",
        met: true,
        next: "Get the demo account and the pitch ready for Monday's meeting. #sales",
        blockers: "",
      },
      {
        id: "6c2d67c4-6239-4489-813b-99a0e1b2a8e0",
        of: "Irene Shaw",
        completedAt: "2018-02-02T14:47:00Z",
        previous: "First cut of the pitch deck. #marketing",
        met: true,
        next: "Finish it, and rehearse with @EmmaGarrett.",
        blockers: "",
      },
      {
        id: "9a9e21f7-7d83-42c3-889b-1aa0a9ed3164",
        of: "Hugh Oliver",
        completedAt: "2018-02-02T14:20:00Z",
        previous: "Waited for CI, mostly.",
        met: false,
        next: "Start on the 34 outstanding defects for the OAuth connector. Look at the Devops dashboard.",
        blockers: "A CI run takes 40 minutes",
      },
      {
        id: "b8e969e5-df6d-4386-ae14-275d351c9ef7",
        of: "Dave Taylor",
        completedAt: "2018-02-02T13:30:00Z",
        previous: "Sketched the onboarding; no decision yet on the colors.",
        met: false,
        next: "The first of the onboarding screens. #mobile",
        blockers: "Brand colors",
      },
      {
        id: "dcefef9b-8871-44e1-b484-5d5447759aef",
        of: "Priya Nair",
        completedAt: "2018-02-02T12:35:00Z",
        previous: "Tested the release.",
        met: true,
        next: "A test plan for the OAuth connector. #planning",
        blockers: "",
      },
      {
        id: "f53af99d-81ce-41e6-b3c2-50c861d0663a",
        of: "Kaori Tanaka",
        completedAt: "2018-02-02T11:20:00Z",
        previous: "Upgraded the session library. Two suites are still red. #security",
        met: false,
        next: "What waits for #review",
        blockers: "No access to the logs of staging",
      },
    ],
  },
];
