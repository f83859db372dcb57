import { ja as coordinator } from '../../coordinator/messages.ja';
import { qcJa } from '../../coordinator/qc/messages.ja';
import { qualityJa } from '../../coordinator/quality/messages.ja';
import { ja as investigator } from '../../investigator/messages.ja';

export const officeJa = { ...coordinator, ...qcJa, ...qualityJa, ...investigator };
