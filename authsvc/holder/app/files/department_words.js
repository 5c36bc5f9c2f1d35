/** What departments are called, what they attest, and what they may be asked for: as the service's catalogue says. */
import { say } from '/app/words.js';

/** A department. */
export function departmentName(word) {
  const known = {
    education: say('教育部门', 'the education department'),
    employment: say('人力资源部门', 'the employment department'),
    residence: say('户籍与居住管理部门', 'the residence department'),
    social_insurance: say('社会保险经办机构', 'the social insurance agency'),
  };
  return known[word] ?? word;
}

/** Something that a department attests. */
export function attributeName(word) {
  const known = {
    education_level: say('最高学历层次', 'your highest level of education'),
    student: say('是否为在籍学生', 'whether you are enrolled as a student'),
    employment_status: say('就业状态', 'your employment status'),
    vocational_certificate: say('是否持有职业资格证书', 'whether you hold a vocational certificate'),
    residence_province: say('户籍所在省份', 'the province of your registered residence'),
    residence_city: say('户籍所在城市', 'the city of your registered residence'),
    residence_permit_city: say('居住证的签发城市', 'the city of your residence permit'),
    residence_permit_until: say('居住证有效至哪个月', 'the month in which your residence permit ends'),
    pension_insured: say('是否参加养老保险', 'whether you have pension insurance'),
    medical_insured: say('是否参加医疗保险', 'whether you have medical insurance'),
    contribution_years: say('缴费年限区间', 'for how many years you have paid in (a band)'),
  };
  return known[word] ?? word;
}

/** What a department was asked for. */
export function purposeName(word) {
  const known = {
    school_admission: say('办理入学', 'school admission'),
    employment_service: say('就业服务', 'employment services'),
    social_insurance_transfer: say('社会保险关系转移', 'moving social insurance'),
    housing_benefit: say('住房保障', 'housing benefits'),
    residence_service: say('户籍与居住证业务', 'residence and permit services'),
    medical_benefit: say('医疗待遇办理', 'medical benefits'),
    recruitment: say('招聘核验', 'recruitment checks'),
    own_certificate: say('本人领取证明', 'a certificate for the person'),
  };
  return known[word] ?? word;
}
