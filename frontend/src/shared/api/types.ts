/** The server's answers under the names that the pages use. Made from its description; nothing here is written by hand. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Session = Schemas['Session'];
export type Membership = Schemas['Membership'];
export type Role = Membership['role'];
export type Site = Schemas['Site'];
export type Member = Schemas['Member'];
export type Delegation = Schemas['Delegation'];
export type Invitation = Schemas['StudyInvitation'];
export type Due = Schemas['Due'];

export type Study = Schemas['Study'];
export type StudySummary = Schemas['StudySummary'];
export type StudyState = StudySummary['state'];

export type Upload = Schemas['Upload'];
export type UploadSummary = Schemas['UploadSummary'];
export type UploadFile = Schemas['UploadedFile'];
export type Verdict = UploadFile['verdict'];

export type WaitingFile = Schemas['WaitingFile'];
export type WaitingCount = Schemas['WaitingCount'];

export type Case = Schemas['Case'];
export type CaseDetail = Schemas['CaseDetail'];
export type CaseImage = Schemas['Image'];
export type CaseImageDetail = Schemas['ImageDetail'];
export type ImageSet = CaseImage['image_set'];
export type StateName = CaseImage['state'];
export type QcDecision = CaseImage['qc'];
export type Findings = Schemas['Findings'];
export type Seen = Required<Schemas['Seen']>;
export type SiteQuery = Schemas['SiteQuery'];
export type Companion = Schemas['Companion'];
export type Lv = Schemas['Ventricle'];

export type Qualification = Schemas['Qualification'];
export type QualificationCase = Schemas['QualificationCase'];
export type QualifyingReader = Schemas['QualifyingReader'];
export type OwnQualifying = Schemas['OwnQualifying'];
export type Threshold = Schemas['Threshold'];
export type Feedback = Schemas['Feedback'];

export type Translation = Schemas['Translation'];
export type Allocation = Schemas['Allocation'];
export type Progress = Schemas['Progress'];
export type SessionState = Progress['readers'][number]['sessions'][number]['state'];
